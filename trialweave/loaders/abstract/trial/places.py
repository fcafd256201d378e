"""Names and adjectives of countries, as sites and their people are described."""

from __future__ import annotations

_TABLE = """
Argentina Argentine Argentinian; Australia Australian; Austria Austrian; Bangladesh Bangladeshi; Belgium
Belgian; Brazil Brazilian; Bulgaria Bulgarian; Canada Canadian; Chile Chilean; China Chinese; Colombia
Colombian; Croatia Croatian; Czech_Republic Czech; Denmark Danish; Egypt Egyptian; Estonia Estonian;
Ethiopia Ethiopian; Finland Finnish; France French; Germany German; Ghana Ghanaian; Greece Greek;
Hong_Kong; Hungary Hungarian; Iceland Icelandic; India Indian; Indonesia Indonesian; Iran Iranian; Iraq
Iraqi; Ireland Irish; Israel Israeli; Italy Italian; Japan Japanese; Kenya Kenyan; Latvia Latvian;
Lebanon Lebanese; Lithuania Lithuanian; Malawi Malawian; Malaysia Malaysian; Mexico Mexican; Nepal
Nepalese; Netherlands Dutch; New_Zealand; Nigeria Nigerian; Norway Norwegian; Pakistan Pakistani; Peru
Peruvian; Philippines Philippine Filipino; Poland Polish; Portugal Portuguese; Romania Romanian; Russia
Russian; Saudi_Arabia Saudi; Serbia Serbian; Singapore Singaporean; Slovakia Slovak; Slovenia Slovenian;
South_Africa South_African; South_Korea Korea Korean Republic_of_Korea; Spain Spanish; Sri_Lanka
Sri_Lankan; Sweden Swedish; Switzerland Swiss; Taiwan Taiwanese; Tanzania Tanzanian; Thailand Thai;
Tunisia Tunisian; Turkey Turkish; Uganda Ugandan; Ukraine Ukrainian; United_Kingdom UK British England
English Scotland Scottish Wales; United_States USA US U.S. American United_States_of_America; Vietnam
Vietnamese; Zambia Zambian; Zimbabwe Zimbabwean
"""
COUNTRY_OF: dict[str, str] = {
    word.replace("_", " "): words.split()[0].replace("_", " ")
    for words in _TABLE.split(";")
    for word in words.split()
}
"""From a country's name or adjective to its name."""
