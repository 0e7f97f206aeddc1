import pytest

from tasks.anonymize.anonymize import anonymize_documents
from tasks.anonymize.recognizers.model import ModelError, ModelRecognizer


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """A spaCy pipeline that knows two names and a firm, saved as a user's own would be."""
    import spacy

    folders = {}
    for language, patterns in {
        "en": [{"label": "PERSON", "pattern": "Zaphod"}, {"label": "ORG", "pattern": "Megadodo"}],
        "zh": [{"label": "PER", "pattern": "阿花"}],
    }.items():
        nlp = spacy.blank(language)
        nlp.add_pipe("entity_ruler").add_patterns(patterns)
        folders[language] = tmp_path_factory.mktemp("models") / language
        nlp.to_disk(folders[language])
    return folders


def test_a_recipe_with_a_model_loses_the_names_the_model_knows(documents, settings, pipeline):
    models = {language: str(folder) for language, folder in pipeline.items()}
    batch = documents("We met Zaphod of Megadodo.\nZaphod left.", "昨天阿花来了。")
    plain = anonymize_documents(batch, settings()).kept["text"].to_pylist()
    assert plain == batch["text"].to_pylist()
    english, chinese = anonymize_documents(batch, settings(models=models)).kept["text"].to_pylist()
    assert "Zaphod" not in english
    assert "Megadodo" in english
    assert "阿花" not in chinese


def test_firms_a_model_knows_go_where_a_recipe_says_so(documents, settings, pipeline):
    given = settings(models={"en": str(pipeline["en"])}, organisations=True)
    (text,) = anonymize_documents(documents("Zaphod of Megadodo"), given).kept["text"].to_pylist()
    assert "Megadodo" not in text


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"anonymize\.models: .*neither"):
        ModelRecognizer(str(tmp_path), "en", organisations=False)
