"""Words that speak for or against a name in Latin letters; `tasks.anonymize.latin.lexicon` says how they are used."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Before a name: what people do for a living, and are to each other.
ROLES: Final = _words(
    "actor actress analyst architect artist ambassador assistant author boss captain chairman chairwoman ceo cfo cto"
    " chancellor coach colleague commissioner composer coworker critic customer daughter deputy detective developer"
    " director doctor drummer editor engineer founder friend governor guitarist historian husband judge justice king"
    " lawyer maintainer manager mayor minister musician named called novelist nurse officer painter philosopher"
    " photographer physicist mathematician pianist player poet president prince princess principal producer professor"
    " queen rapper reporter researcher says scientist secretary senator sergeant sheriff singer sister brother son"
    " songwriter spokesman spokeswoman striker goalkeeper teacher wife writer starring thanks mathematician economist"
    " chemist biologist programmer engineer saxophonist violinist conductor screenwriter columnist journalist"
)
# Before a name as before much else.
PREPOSITIONS: Final = _words("by")
# After a name: what people say and do, and software does not.
SPEECH: Final = _words(
    "said says told asked asks replied explained explains shouted whispered wrote writes argued argues recalled"
    " claimed announced admitted lives lived resides studied married died graduated born complained thinks thought"
    " joked laughed smiled insists insisted commented tweeted suggested reported starred sang grew emailed phoned"
    " began retired resigned"
)
# What one says to somebody whose name comes next.
GREETINGS: Final = _words("hi hello hey dear thanks")
# After "Name, ": somebody is spoken to.
ADDRESSED: Final = _words("can could please would thanks thank")
# Inside a name, in small letters.
PARTICLES: Final = _words("van von der den de da di del della dos du la le el bin ibn al ter ten zu zur y e")
# After a name: the thing that bears it.
THINGS: Final = _words(
    "algorithm algorithms annotation annotations api app array attribute award bridge class client cluster code college"
    " command component config configuration conjecture container database dataset decomposition distribution driver"
    " effect equation equations extension file filter format formula foundation framework function functor image index"
    " institute integral interface inequality kernel lemma library law license licence loader manager matrix method"
    " metric model modeler module network number object package parser plugin plugins process product project protocol"
    " repository scale sequence series server service space street supply syntax test theorem tool transform university"
)
# Function words, which a dictionary of nouns and verbs does not have.
FUNCTION: Final = _words(
    "the a an and or but if when while after before because since who whom whose what which this that these those i he"
    " she we you they it his her its our your their my with from by for in on at of to as is are was were be been into"
    " over under about against between through during without within via per than then there here where why how not no"
    " nor so such both each every all any some most more other another own same only just also even still yet very too"
    " though although unless until upon whether both either neither let lets dont can could will would shall should may"
    " might must do does did has have had am me him us them mine yours not none nobody everyone someone anyone unlike"
    " despite toward towards across among around behind beneath beside besides beyond except inside near off onto out"
    " outside past plus regarding throughout up down"
)
# Words of computing that a dictionary does not have, and names of software that are spelled like names of people.
TERMS: Final = _words(
    "admin analytics android ansible apache api apis app apple args async auth autoscaler aws azure backend bazel bing"
    " binlog bitcoin blog bool boolean bot bugfix bugzilla byte cache caching callback camel cassandra celery ceph"
    " changelog chatbot chrome chromium cli clickhouse clojure codec combobox commit config configmap cookie cuda"
    " dashboard databind dataframe datagrid dataset datastore datatable datetime debian debug dev devops dialog django"
    " docker dockerfile docs drupal eclipse edge elastic elasticsearch electron email endpoint enum erlang etcd"
    " ethereum excel facebook fedora filename firebase firefox firmware flask flink float flow flutter fortran frontend"
    " gcc gentoo github gitlab gmail gnome gnu google gradle grafana graphql groovy gui hadoop haskell hbase helm"
    " heroku hibernate hive homebrew hotfix html http https hudson hugo ibm ide infiniband inline instagram intel ios"
    " iphone iterator java javadoc javascript jdbc jenkins jersey jetty jira json jupyter kafka keycloak kerberos"
    " kibana kotlin kubernetes laravel latex linkedin linux localhost login logstash lookup lua lucene macbook mac"
    " malloc mapper mariadb markdown maven metadata metastore microsoft middleware modbus mongo mozilla mutex mysql"
    " namespace netty nginx node notepad npm numpy oauth offline online openai opera oracle outlook pandas paypal perl"
    " pinot pipeline playwright plugin podman popup postgres postgresql powerpoint powershell presto prometheus"
    " protobuf proxy pulsar puppet pycharm pytest python pytorch quickstart rabbit ranger readme redhat redis redux"
    " regex repo rest roadmap ruby runtime rust safari samba samsung sandbox sass scala schema scipy scrapy selenium"
    " sentry serializer servlet setup shell sidebar signup skype slack snapshot solr spark spotify spring sqlite"
    " storm struct subclass submodule subnet superset surefire swagger swift symfony sync syslog tensorflow terraform"
    " timeout timestamp toolbar tooltip travis trello tuple tutorial twitter typescript ubuntu unicode unix url usb"
    " username vagrant varnish vim viper virtualbox visual vite vue wayland web webhook webpack website widget wifi"
    " wiki wikipedia windows wordpress workflow wow xcode yahoo yaml youtube yum zip zookeeper ajax amazon adobe"
    " alibaba"
    " bootstrap cisco dell dropbox ebay gpt huawei lenovo netflix nokia nvidia tencent tesla toyota uber xiaomi"
)
# Names of people that stand for software, places, units and laws far more often than for somebody.
THINGS_CALLED_SO: Final = _words(
    "jackson jenkins kelvin pascal julia ada alexa cortana siri jasmine mocha chai karma jade pearl crystal kylin"
    " druid ignite tyler newton gauss euler bayes bernoulli fourier laplace hilbert markov turing boole cauchy"
    " lagrange poisson jacobi lincoln washington madison jersey phoenix victoria sydney adelaide melbourne perth paris"
    " london berlin vienna geneva florence milan rome madrid lisbon dublin oxford cambridge york boston houston dallas"
    " austin denver memphis charlotte orlando virginia georgia carolina dakota montana nevada texas arizona california"
    " florida alabama indiana louisiana pennsylvania maryland michigan ohio oregon delaware tennessee kentucky jordan"
    " israel india china asia africa america europe chad kenya iran iraq cuba brazil mexico canada france germany italy"
    " spain portugal england scotland ireland wales britain poland russia japan korea taiwan tibet turkey egypt syria"
    " lebanon panama columbia colombia peru chile bolivia argentina australia philippines vietnam malaysia indonesia"
    " singapore thailand pakistan holland finland sweden norway denmark iceland greece hungary romania bulgaria serbia"
    " croatia austria switzerland belgium netherlands luxembourg ukraine belarus lithuania latvia estonia santa santo"
    " san saint st sao los las el la rio fort mount cape lake port isle north south east west northern southern eastern"
    " western new old great little upper lower city county street avenue lane delhi mumbai kolkata beijing shanghai"
    " shenzhen guangzhou hangzhou chengdu wuhan nanjing tianjin taipei tokyo osaka kyoto seoul busan hong kong macau"
    " january february march april may june july august september october november december monday tuesday wednesday"
    " thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun"
    " christmas easter halloween english french german spanish italian chinese japanese korean russian american british"
    " indian african european asian christian islam jewish roman greek latin dutch swedish norwegian danish finnish"
    " mars venus jupiter saturn mercury neptune pluto apollo atlas orion gemini aurora nova luna stella echo iris"
    " bing bard claude gemini watson siemens bosch philips ericsson mercedes porsche ferrari ford chevrolet dodge"
    " honda mazda nissan boeing harvard stanford princeton yale berkeley cornell columbia max min sum avg col div inc"
    " ltd corp llc mr mrs ms dr prof sir lord lady jesus christ god amen bible tieng"
    " viet street cloud staff park hall house school"
)
