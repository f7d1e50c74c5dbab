"""The patterns ``cleaning`` looks for: dates, placeholders, names beside titles, organisations, form fields."""

from __future__ import annotations

import regex as re

OPEN, CLOSE = "\ue000", "\ue001"
MARKS = re.compile(r"<(\w+)>")
MARK = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? (?:the )?)?"
TIME = r"(?:,? ?(?:at|@)? ?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?(?: hours)?)?"
YEAR = r"(?:19|20)\d\d"
DAY = r"(?:[12]\d|3[01]|0?[1-9])"
NUM_MONTH = r"(?:1[0-2]|0?[1-9])"
BEFORE = r"(?<![\d/.\-]|\d[A-Za-z])"
AFTER = r"(?![\w/]|[.\-]\d)"
DATES: tuple[tuple[str, str], ...] = (
    (rf"{BEFORE}{WEEKDAY}(?:MM/DD/YYYY|MM/DD/YY|mm/dd/yyyy|mm/dd/yy|M/D/Y|DD/MM/YYYY|xx/xx/xxxx|XX/XX/XX(?:XX)?){TIME}", ""),
    (r"\b(?:Month|month|MM) (?:DD|dd|D),? ?(?:YYYY|yyyy|YY)\b", ".long"),
    (rf"\b{WEEKDAY}{MONTH}\.? {DAY}(?:st|nd|rd|th)?(?:, ?| of | ){YEAR}\b{TIME}", ".long"),
    (rf"\b{DAY}(?:st|nd|rd|th)?(?: of)?[ \-]{MONTH}\.?,?[ \-]{YEAR}\b", ".long"),
    (rf"\b{MONTH}\.?(?: of|,)? (?:{YEAR}|'\d\d)\b", ".monthyear"),
    (rf"\b{WEEKDAY}{MONTH}\.? {DAY}(?:st|nd|rd|th)?\b(?![.%/]\d| ?(?:mg|mL|ml|cc|cm|mm|percent|units|years))", ".short"),
    (rf"\b(?:the )?{DAY}(?:st|nd|rd|th)(?: day)? of {MONTH}\b", ".short"),
    (rf"{BEFORE}(?:{NUM_MONTH}/{DAY}|{DAY}/{NUM_MONTH})/(?:{YEAR}|\d\d){TIME}{AFTER}", ".numeric"),
    (rf"{BEFORE}{NUM_MONTH}-{DAY}-(?:{YEAR}|\d\d){AFTER}", ".numeric"),
    (rf"{BEFORE}{YEAR}[-/]{NUM_MONTH}[-/]{DAY}{AFTER}", ".iso"),
    (rf"{BEFORE}{NUM_MONTH}/{YEAR}{AFTER}", ".monthyear"),
    (rf"(?<=\b(?:in|on|of|by) ){NUM_MONTH}/(?:0\d|[6-9]\d){AFTER}", ".monthyear"),
    (rf"(?<=\b(?:since|dated|until|from|after) ){NUM_MONTH}/(?:0\d|[6-9]\d){AFTER}", ".monthyear"),
    (rf"(?<=\b(?:on|until|dated|since) ){NUM_MONTH}/{DAY}{AFTER}", ".short"),
    (rf"{BEFORE}{NUM_MONTH}/(?:0\d|8[5-9]|9\d){AFTER}(?! ?(?:mm|%|kg))", ".monthyear"),
    (rf"{BEFORE}{NUM_MONTH}/{DAY}-(?:{NUM_MONTH}/)?{DAY}/(?:{YEAR}|\d\d)\b", ".numeric"),
    (rf"{BEFORE}{NUM_MONTH}/{DAY}/20\d\b", ".numeric"),
    (r"(?<=\b(?:[Ii]n|[Ee]nd|[Mm]id|[Ss]ince|[Ee]arly|[Ll]ate|[Ll]ast) )(?:Jan|Feb|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b", ".month"),
    (rf"{BEFORE}{NUM_MONTH}/\d\d(?=:| {{1,2}}[A-Z(])(?<![1-9]/[1-9])(?<!20/\d\d)", ".monthyear"),
    (r"\b(?:January|February|April|June|July|August|September|October|November|December)\b", ".month"),
    (r"(?<=\b(?:[Ii]n|of|[Ss]ince|until|[Bb]y|[Ll]ast|this|late|early|mid|through|and|or) )(?:March|May)\b", ".month"),
    (r"\b(?:Christmas(?: Eve| Day)?|Thanksgiving(?: Day)?|Easter(?: Sunday)?|Halloween|Labor Day|Memorial Day|New Year's(?: Eve| Day)?|Fourth of July|Mother's Day|Father's Day)\b(?: \d{4})?", ".holiday"),
)  # fmt: skip
CREDENTIAL = r"(?:M\.? ?D\b\.?|D\.? ?O\b\.?|R\.? ?N\b\.?|Ph\.? ?D\b\.?|PA-C|P\.A\.|LCSW|LVN|LPN|N\.?P\b\.?|F\.?N\.?P\b\.?|DPM|D\.P\.M\.?|O\.D\.|D\.D\.S\.?|CRNA|Psy\.?D\.?|MS\b|CST|PT\b|nurse practitioner)"
HOLDER = r"(?:Sample (?:Doctor|Patient|Physician|Name)\w*|(?:John|Jane|Baby) Doe|Doe|A[Bb][Cc][Dd]?[Ee]?(?: [A-Z]+)?|X[Yy][Zz](?: [A-Z][a-z]+)?|X{1,6}|xx+|x yz|AB CD|CD|EF|Def|DEF|[A-Z](?: [A-Z])?|_{2,}|\*{2,}|Sample|Abcd|Name)"
CAPITAL = r"[A-Z][\w]*(?:['’\-][A-Z]?\w+)*"
PLACE_WORD = r"(?:Hospitals?|Medical Cent(?:er|re)|Med Center|Surgery Center|Surgical Center|Health Center|Cancer Center|Breast Center|Care Center|Wellness Center|Heart Institute|Eye Institute|Neurological Institute|Rehabilitation Institute|Institute|Infirmary|Medical Panel|Medical Group|Orthopedic Group|Medical College|College of Medicine|Rehab Center|Rehabilitation Center|Counseling Center|Treatment Center|Living Center|Center|Clinic|Nursing Home|Christian Home|Nursing Center|Manor|Pharmacy|Health Department|Hospice|VAMC|VA)"
ORG_WORD = r"(?:University|College|High School|Middle School|Elementary(?: School)?|School District|Academy|School|Church|Correctional (?:Facility|Institute|Institution)|Inc\.?|Corp\.?|Corporation|Company|Co\.|Automotive Co|LLC|Industries|Motors|Airlines|Police Department|Fire Department|Post Office)"
UNRESOLVED = re.compile(
    r"_{2,}|\bX{2,}\b|\bXY?Z\b|\bABC[DE]*\b|\bAbcd?\b|\bxx+\b|\*{3,}|\bYYYY\b|\bSample\b|\bXX|\(wo\)man|\bDoe\b|\bBlank\b|\[[A-Z][a-z ]*\]|\bMrs?\. (?:The|He|She)\b|\b12345\b|\bASDF\b|\b[A-Z]{3,}-USA\b|\bLife Care\b|\bAssured\b|\bPort Square\b"
)
WORKS = r"(?:work(?:s|ed|ing)? (?:(?:as|in) (?:an? |the )?(?:[\w'\-]+ ){1,4})?(?:at|for)|(?:self-)?employed,? (?:(?:as )?(?:an? )?(?:[\w'\-]+ ){1,4})?(?:at|by|with|for)|consultant for|agent for|employee of|employee at|retired from|job at|duties at|owns)"
INSTITUTION_END = r" (?:Memorial|Orthopa?edics?|Bariatrics(?: and Surgical Specialists)?|General|Regional|Medical|Methodist|Baptist|Presbyterian|Children's|Jail|Health Care|Healthcare|Clinic|Hospital|Correctional|Surgical)"
LIVES = r"(?:\b(?:in|from|to|near|(?:resident|native|city|town|outside|north|south|east|west) of|at|outside|around|visiting|lived in|moved from) )"
TOKEN = re.compile(r"(?<![\w'’\-])[A-Z][a-z]+(?:['’\-][A-Z][a-z]+)?(?![\w])")
FORM_FIELDS = tuple(
    (pattern, MARKS.sub(lambda match: f"{OPEN}{match[1]}{CLOSE}", filled))
    for pattern, filled in (
        (r"Doctor's Name", "<provider1>"),
        (r"(?:Doctor's|Sample) Address(?: \d+)?|P\.O\. Box 12345", "<street>"),
        (r"\bCity,? (?:State|STATE)\b(?:,? (?:\d{5}|ZIP|Zip))?", "<city>, <state> <zip>"),
        (r"(?i)(serial (?:number|no\.?|#) ?#?)[A-Z]*\d[\w\-]*", r"\1<serial>"),
        (r"(?i)(claim (?:number|no\.?|#)[ :#]*)[\w\-]*\d[\w\-]*", r"\1<claim>"),
        (r"(?i)((?:\bMRN?|medical record(?: number| no\.?)?)[ :#]+)\d[\w\-]*", r"\1<mrn>"),
    )
)
NOT_NAMES = frozenset({
    "patient", "the", "his", "her", "this", "that", "no", "and", "with", "pepper", "scholl", "he", "she", "surgeon",
    "history", "i", "we", "is", "was", "in", "at", "if", "as", "office", "on", "for", "also", "will", "from", "of", "to",
    "practitioner", "mother", "father", "patients", "doctor", "procedure", "anesthesia", "male", "female", "infant",
})  # fmt: skip
BOUNDARY = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!Dr\.)(?<!Mr\.)(?<!Ms\.)(?<!Mrs\.)(?<!St\.)(?<!(?:^|\n) *\d\d?\.)(\s+)|(\n+)"
)
BARE_NAMED = (
    (r"(?<=\b(?:at|by) )(?!(?:Primary|Urgent|Intensive|Critical|Emergency|Day|Acute|Palliative|Home|Health|Wound|After) )[A-Z][a-z]+ Care\b(?! (?:Unit|Center))", "facility2.short"),
    (r"(?<=\b(?:at|to) )(?:University|College|High School|Middle School|Elementary School|Community College)\b(?! (?:and|or) )", "school"),
    (r"(?<=\b[Ww]ork(?:s|ed|ing) at )(?:[A-Z][a-z]+ ){1,2}[A-Z][a-z]+\b", "employer"),
    (r"(?<=\b(?:[Ee]valuations?|[Ee]valuated|[Ff]ollowed|[Hh]ospitalized|[Tt]reated|[Ww]orkup) at )(?!OSH|ER\b|ED\b|[A-Z]*ICU|PACU|AM\b|PM\b|UC\b)[A-Z]{3,5}\b", "facility2.short"),
)  # fmt: skip
"""Organisations that only the words before them give away, with their slots."""
