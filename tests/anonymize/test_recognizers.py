import pytest

from tasks.anonymize.recognizers import accounts, identity


def _resident_id(digits: str) -> str:
    total = sum(int(d) * w for d, w in zip(digits, identity._WEIGHTS, strict=True))
    return digits + identity._CHECKSUM[total % 11]


def _luhn(digits: str) -> str:
    return next(digits + str(c) for c in range(10) if accounts._passes_luhn(digits + str(c)))


ID = _resident_id("11010519900307211")
WRONG_ID = ID[:-1] + ("1" if ID[-1] != "1" else "2")
CARD = _luhn("622202123456789012")
VISA = _luhn("453211880022446")
WRONG_CARD = VISA[:-1] + str((int(VISA[-1]) + 1) % 10)


@pytest.mark.parametrize(
    ("text", "value", "entity"),
    [
        ("请联系zhangsan@huawei.com获取日志。", "zhangsan@huawei.com", "EMAIL_ADDRESS"),
        ("邮箱：li.si@example.com.cn，", "li.si@example.com.cn", "EMAIL_ADDRESS"),
        ("Write to A.B@Corp-Mail.COM", "A.B@Corp-Mail.COM", "EMAIL_ADDRESS"),
        ("全角li@＠wang＠corp.cn。", "wang＠corp.cn", "EMAIL_ADDRESS"),
        ("手机13812345678，", "13812345678", "PHONE_NUMBER"),
        ("+86 138-1234-5678转达", "+86 138-1234-5678", "PHONE_NUMBER"),
        ("座机010-88886666", "010-88886666", "PHONE_NUMBER"),
        ("拨(0571)87654321", "(0571)87654321", "PHONE_NUMBER"),
        ("Call (212) 555-0147 now", "(212) 555-0147", "PHONE_NUMBER"),
        ("Phone: +44 20 7946 0958.", "+44 20 7946 0958", "PHONE_NUMBER"),
        ("you can reach me at 0494 92 82 32", "0494 92 82 32", "PHONE_NUMBER"),
        ("Phone:\n467 3395\n", "467 3395", "PHONE_NUMBER"),
        (f"身份证号{ID}。", ID, "CN_ID_CARD"),
        (f"no cue {ID} at all", ID, "CN_ID_CARD"),
        (f"身份证号码为{WRONG_ID}，", WRONG_ID, "CN_ID_CARD"),
        ("身份证：110105900307211", "110105900307211", "CN_ID_CARD"),
        ("护照号E12345678，", "E12345678", "PASSPORT"),
        ("Passport No. 512345678 expires", "512345678", "PASSPORT"),
        ("统一社会信用代码91350100M000100Y43。", "91350100M000100Y43", "CN_USCC"),
        ("His social security number is 123-45-6789", "123-45-6789", "US_SSN"),
        (f"银行卡{CARD}，", CARD, "BANK_CARD"),
        (
            f"Card {VISA[:4]} {VISA[4:8]} {VISA[8:12]} {VISA[12:]} 2 more",
            " ".join((VISA[:4], VISA[4:8], VISA[8:12], VISA[12:])),
            "BANK_CARD",
        ),
        ("My IBAN is DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00", "IBAN_CODE"),
        ("send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa please", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "CRYPTO"),
        (
            "钱包 bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 谢谢",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "CRYPTO",
        ),
        ("车牌粤B12345的车", "粤B12345", "LICENSE_PLATE"),
        ("新能源沪AD12345停在", "沪AD12345", "LICENSE_PLATE"),
        ("加我QQ：12345678", "12345678", "QQ_ID"),
        ("微信号：zhang_san88，", "zhang_san88", "WECHAT_ID"),
        ("WeChat id: zhang_san88", "zhang_san88", "WECHAT_ID"),
        ("client 47.127.9.224 failed", "47.127.9.224", "IP_ADDRESS"),
        ("服务器 2001:4860:4860::8888 超时", "2001:4860:4860::8888", "IP_ADDRESS"),
        ("mac 3c:22:fb:9a:10:7e", "3c:22:fb:9a:10:7e", "MAC_ADDRESS"),
        ("出生日期：1990年3月7日", "1990年3月7日", "DATE_OF_BIRTH"),
        ("born on March 7, 1990 in", "March 7, 1990", "DATE_OF_BIRTH"),
        ("地址：湖北省武汉市洪山区珞喻路88号20栋2267室。", "湖北省武汉市洪山区珞喻路88号20栋2267室", "POSTAL_ADDRESS"),
        ("现居住于辽宁省沈阳市和平区中山路105号，", "辽宁省沈阳市和平区中山路105号", "POSTAL_ADDRESS"),
        ("He resides at 97 Lincoln Street, Apt 4", "97 Lincoln Street, Apt 4", "POSTAL_ADDRESS"),
        ("P.O. Box 4711", "P.O. Box 4711", "POSTAL_ADDRESS"),
        ("PSC 1234, Box 5678", "PSC 1234, Box 5678", "POSTAL_ADDRESS"),
        ("寄到 12 Musterweg 5 Apt. 66，谢谢", "12 Musterweg 5 Apt. 66", "POSTAL_ADDRESS"),
        ("at 77 Rue de Exemple Suite 9 now", "77 Rue de Exemple Suite 9", "POSTAL_ADDRESS"),
        ("@zhang_2001 帮看看", "zhang_2001", "USERNAME"),
        ("联系人：欧阳明慧；", "欧阳明慧", "PERSON"),
        ("记者王建国报道", "王建国", "PERSON"),
        ("Dr. Alice Bergström said", "Alice Bergström", "PERSON"),
        ("请Dr. Alice Miller说明情况", "Alice Miller", "PERSON"),
        ("Signed-off-by: Jane Q. Miller <jqp@corp.org>", "Jane Q. Miller", "PERSON"),
        ("Best regards,\nJohn Smith\n", "John Smith", "PERSON"),
        ("My name is Alice", "Alice", "PERSON"),
        ("What's your last name? Bergström", "Bergström", "PERSON"),
        ("Name:     Alice Miller\nAddress: x", "Alice Miller", "PERSON"),
        ("Her doctor, Alice Miller MD, said", "Alice Miller MD", "PERSON"),
        ("the treating physician is Alice Miller.", "Alice Miller", "PERSON"),
        ("AliCe MIlleR is a 34-year-old", "AliCe MIlleR", "PERSON"),
        ("张晓明，58岁，工程师", "张晓明", "PERSON"),
        ("李明（男，汉族）", "李明", "PERSON"),
        ("姓名 欧阳明慧 手机", "欧阳明慧", "PERSON"),
        ("the treating physician is April Miller.", "April Miller", "PERSON"),
        ("an office at Musterstraße 14, Bern", "Musterstraße 14", "POSTAL_ADDRESS"),
        ("搬到 ul. Wzorowa 73 了", "ul. Wzorowa 73", "POSTAL_ADDRESS"),
        ("She is at C/ Ejemplo 88 now", "C/ Ejemplo 88", "POSTAL_ADDRESS"),
        (
            "12 Mustervej 5\n  Suite 66\n  Mustertown\n  Denmark 12345\nBye",
            "12 Mustervej 5\n  Suite 66\n  Mustertown\n  Denmark 12345",
            "POSTAL_ADDRESS",
        ),
        ("we met at the corner of Musterweg 5 and Sample Bridge", "Musterweg 5 and Sample Bridge", "POSTAL_ADDRESS"),
        ("我住在 the corner of 12 Muster Str. and Sample Row。", "12 Muster Str. and Sample Row", "POSTAL_ADDRESS"),
        ("他家住海淀区样例路与测试大街交叉口北侧。", "海淀区样例路与测试大街交叉口北侧", "POSTAL_ADDRESS"),
        ("unit 1234 box 5678\napo ae 01234", "unit 1234 box 5678\napo ae 01234", "POSTAL_ADDRESS"),
        ("寄到uss example\nfpo ae 12345，谢谢", "uss example\nfpo ae 12345", "POSTAL_ADDRESS"),
        ("write to 77 Boulevard de Exemple", "77 Boulevard de Exemple", "POSTAL_ADDRESS"),
        ("搬到Λεωφόρος Παράδειγμα 12了", "Λεωφόρος Παράδειγμα 12", "POSTAL_ADDRESS"),
        ("she is at példa út 98.", "példa út 98.", "POSTAL_ADDRESS"),
        ("at mustervej 18, please", "mustervej 18", "POSTAL_ADDRESS"),
        ("寄到 4711 sample avenue suite 112，谢谢", "4711 sample avenue suite 112", "POSTAL_ADDRESS"),
        ("from 947 trg primera 17 apt. 858 on", "947 trg primera 17 apt. 858", "POSTAL_ADDRESS"),
        ("Billing address: Tindra Ekqvist\n  x", "Tindra Ekqvist", "PERSON"),
        ("she was the assistant to Tindra Ekqvist, and", "Tindra Ekqvist", "PERSON"),
        ("一张 tribute to Tindra Ekqvist 的唱片", "Tindra Ekqvist", "PERSON"),
        ("她是王建国的助理", "王建国", "PERSON"),
        ("at Unit 1234 Box 5678\nAPO AE 01234", "Unit 1234 Box 5678\nAPO AE 01234", "POSTAL_ADDRESS"),
    ],
)
def test_a_value_is_found_whole_and_by_its_kind(found, text, value, entity):
    assert (value, entity) in found(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("export KEY=ghp_HTbrW6pdc7Z3YI3gFwVbMgivAGxLrcxILpjR 报错", "ghp_HTbrW6pdc7Z3YI3gFwVbMgivAGxLrcxILpjR"),
        ("key AKIAYTXSCQXXNSBUMCUM.", "AKIAYTXSCQXXNSBUMCUM"),
        ("token glpat-abcDEF1234567890ghij", "glpat-abcDEF1234567890ghij"),
        ("用xoxb-123456789012-abcdefGHIJ登录", "xoxb-123456789012-abcdefGHIJ"),
        ("password = 'hunter2x9'", "hunter2x9"),
        ("密码：Qw3rty!9x，别外传", "Qw3rty!9x"),
        ("postgres://app:s3cr3tPw@db.internal/x", "s3cr3tPw"),
        ("Server=db;Password=Zx81!spectrum;", "Zx81!spectrum"),
        ("mimi=gX69YO4CvBsVjzAwYxdGyDd30t5+9ez31gKATtj4", "gX69YO4CvBsVjzAwYxdGyDd30t5+9ez31gKATtj4"),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123456",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123456",
        ),
        ("AccountKey=" + "aB3d" * 21 + "xY==", "aB3d" * 21 + "xY=="),
    ],
)
def test_a_secret_is_found_in_prose_code_and_settings(found, text, value):
    assert any(value in span and entity == "SECRET" for span, entity in found(text))


def test_a_private_key_is_found_from_its_first_line_to_its_last(found):
    text = "see\n-----BEGIN RSA PRIVATE KEY-----\nMIIEabc123\nxyz/+\n-----END RSA PRIVATE KEY-----\n完"
    assert found(text) == [(text[4:-2], "SECRET")]


@pytest.mark.parametrize(
    "text",
    [
        "升级到 2.11.8.7 后 version 1.2.3.4, v10.0.0.1",
        "commit 44a58131d962bf40334518a705d19c432d0fc702 修复",
        'md5 "9e107d9d372bb6826bd81d3542a419d6" and 0xDEADBEEFCAFEBABE',
        "uuid 203db13e-70c7-462b-9a3d-bf32640cb0be 报错",
        "订单号205589839974107156，时间戳 1575282069780",
        f"编号{WRONG_ID}和{WRONG_CARD}用于测试",
        "客服热线400-800-8888，95588，10086，110，12345",
        "文档示例 user@example.com、name@domain.com，pip@21.0",
        "git clone git@github.com:org/repo.git",
        "监听 127.0.0.1:8080、192.168.1.1、10.0.0.1、0.0.0.0、255.255.255.0、localhost",
        "std::vector<int>::iterator it; a::b::c; 12:30:45",
        'printf("%s %d %08x", name, n, v); f"{user}@{host}"',
        "ISBN 978-7-302-51170-8 和 978-3-16-148410-0",
        "password: your_password, token=os.environ['TOKEN'], secret = None",
        "@Override\npublic void run() {} @media (max-width: 100px) @2x",
        "微信支付和 wechat pay, QQ音乐",
        "高可用集群的向量索引，于是安装在金属机架上，方法和文明用语",
        "In 2010 The Street was closed; 3 New drives were added on 2021-03-04",
        "高速公路全长 120 号 标段，第3号路由",
        "ran 5 of the 10 test suite 3 times; 5 Tests in suite 3; Unit 4, box 5 of 7",
        "The 4000 5000 6000 row; 3,652,694 33,275; 1.23456789",
        "npm install @types/node@18.0.0 @babel/core",
        "My name is not here; the doctor, however, called me Back",
        "The patient is a 30-year-old; My friend, a 20-year-old",
        "your name? The name: of a file. A wife and husband. User: Unknown User",
        "高峰，5岁以下儿童；平安（女）款",
        "Ran 5 tests in\nSuite 3\n完成; 2 passed in\nsuite 4; see Flat 3",
        "via 10 hops; true 5 times; the rue de la is a phrase; weg 5, allee 3",
    ],
)
def test_what_only_looks_like_a_value_stays(found, text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        ("private_addresses", "网关 192.168.1.1 不通", "192.168.1.1"),
        ("example_addresses", "mail user@example.com", "user@example.com"),
        ("hotlines", "客服热线400-800-8888。", "400-800-8888"),
        ("organisations", "由杭州某某科技有限公司提供", "有限公司"),
        ("organisations", "Licensed by Foo Bar, Inc. today", "Foo Bar, Inc"),
    ],
)
def test_what_may_stay_goes_where_a_recipe_says_so(documents, settings, setting, text, value):
    from tasks.anonymize.anonymize import anonymize_documents

    kept = anonymize_documents(documents(text), settings()).kept["text"].to_pylist()
    gone = anonymize_documents(documents(text), settings(**{setting: True})).kept["text"].to_pylist()
    assert value in kept[0]
    assert value not in gone[0]


def test_names_stay_where_a_recipe_says_so(documents, settings):
    from tasks.anonymize.anonymize import anonymize_documents

    text = "联系人：王建国；Dr. Alice Miller"
    assert anonymize_documents(documents(text), settings(names=False)).kept["text"].to_pylist() == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Click in the corner of the screen and the menu opens.",
        "Drag the corner of the Selection and release.",
        "走到十字路口的红绿灯，配置项与数据项的交汇处。",
        "住在样例路附近",
        "apt update; 12 packages via apt 2",
        "It ran 120 tests of suite 12 in 3 rooms",
        "按 unit 12 box 34 安装",
        "assistant to the manager, tribute to all，助理",
        "Delivery address: see below\n配送地址：见下文\n",
        "the Boulevard de Luxe collection, revenue de base",
    ],
)
def test_what_only_looks_like_a_road_or_somebody_honoured_stays(found, text):
    assert found(text) == []
