"""What a note as a whole speaks of, by words that stand anywhere in it: an operation, a service, specimens, instructions."""

import re

SPECIMENS = re.compile(
    r"\b(?:pathology|cytology|cytopathology|histology) report\b|^[ \t]*(?:gross(?: (?:description|examination))?|microscopic(?: (?:description|examination))?):",
    re.IGNORECASE | re.MULTILINE,
)
"""The report of a laboratory."""
GAVE_UP = re.compile(
    r"\b(?:(?:gave|give|giving|given) up|abandon\w*|no longer safe|could not (?:safely )?(?:be )?continue\w*|unable to (?:safely )?(?:continue|proceed)|"
    r"made (?:no|little) (?:headway|progress)|no (?:safe )?progress|(?:camera|scope|\w*scopic|telescope|robot\w*|keyhole|minimally invasive|port) (?:attempt|part|approach|effort|work|look) (?:was |were )?"
    r"(?:dropped|stopped|halted|ended|terminated|fail\w*)|"
    r"(?:ports?|trocars?|scope|camera|robot) (?:were |was )?(?:removed|withdrawn|taken out|pulled|undocked)|(?:gas|pneumoperitoneum|abdomen) (?:was )?(?:let out|released|evacuated|desufflated)|undocked)\b"
    r"[^\n]{0,220}?(?:\b(?:(?:right |left )?subcostal|kocher|midline|mcburney\w*|laparotomy|pfannenstiel|transverse|flank|thoracotomy|sternotomy)\b[^.\n]{0,40}"
    r"\b(?:incision|made|opened|performed|carried|was)\b|\bopen(?:ed|ing)\b[^.\n]{0,40}\b(?:subcostal|kocher|midline|mcburney\w*|laparotomy|pfannenstiel|flank|thoracotomy|sternotomy)\b)",
    re.IGNORECASE,
)
"""Words of a change to an open operation that never name it: the ports are given up and a large incision made."""
SERVICE_NOTE = re.compile(
    r"\b(?:nurse visit|office visit|new patient|established patient|injection (?:visit|clinic)|immunization|booster|infusion (?:suite|center|visit)|screening|"
    r"(?:two|three|four|\d) (?:standard )?views|contrast|tomosynthesis|interpretation|reading|films? taken|technologist|drawn|venipuncture|in our (?:lab|center|office)|"
    r"anesthesia record|I spent|total time|IM\b|IV push|pushed|infused|administered|IVP|"
    r"IV hydration|AWV|wellness visit|(?:finger|flu|thumb|B12|cortisone|steroid) (?:shot|injection)|my read|neb|instilled|"
    r"injections?|sterile technique|in (?:the )?office|by (?:the )?(?:MA|RN|nurse)|audiometer|snellen|PPD placed|finger ?stick|shot \d+|splint)\b",
    re.IGNORECASE,
)
"""A note that is about a service alone."""
GIVEN = re.compile(
    r"\b(?:drawn|given|administered|performed|injected|infused|pushed|applied|done (?:today|here|in (?:the )?office)|obtained (?:today|here|in (?:the )?office)|"
    r"run here|in[- ]house|received (?:today|here|in (?:the )?office)|dispensed|vaccinated|immunized|tolerated)\b|"
    r"\b(?:IM|SQ|subcutaneous(?:ly)?|IV push)\b[^.;\n]{0,20}\b(?:deltoid|gluteal|thigh|arm|hip|today)\b",
    re.IGNORECASE,
)
"""A service was given."""
OPERATIVE = re.compile(
    r"operating (?:room|suite|table)|prepped|draped|\b(?:incision|incised|anesthesia|an[ae]esthe|sedat|trocar|port(?:s)? (?:was|were)|"
    r"dissect|clamped|ligated|sutur|tolerated the procedure|was performed|were performed|was carried out|underwent|scope was|colonoscope|"
    r"endoscope|gastroscope|cystoscope|bronchoscope|hemostasis|cautery|clipped|stapl|catheter was|needle was|injected|aspirated|biops|lidocaine|consent (?:was )?obtained|endoscopist|surgeon|operator|cecum (?:was )?reached|(?:cold|hot) snare)",
    re.IGNORECASE,
)
"""An operation was done."""
INSTRUCTS = re.compile(
    r"\b(?:(?:instructions?|protocol) (?:after|following|for)|patient leaflet|call your (?:doctor|surgeon))\b",
    re.IGNORECASE,
)
"""What to do after an operation."""
VISIT = re.compile(
    r"\A\W*(?:[A-Z][\w./&'-]*[ \t]+){0,4}?(?:discharge summary|transfer summary|hospital summary|(?:initial |follow[- ]?up )?(?:consultation|consult)(?: (?:note|report|request))?|"
    r"progress note|daily note|soap note|rounding note|history and physical|H ?& ?P|telephone (?:encounter|call|note)|phone (?:encounter|call|note)|portal message|"
    r"letter|referral(?: letter| note)?|nursing (?:note|assessment)|nurse'?s note|(?:physical|occupational|speech) therapy(?: (?:evaluation|note|assessment|re-?evaluation))?|(?:PT|OT) (?:evaluation|note)|"
    r"(?:anesthesia )?pre-?op(?:erative)? (?:evaluation|assessment|visit|note|clinic|clearance|H ?& ?P)|pre-?anesthe\w+ (?:evaluation|assessment)|patient education|patient leaflet|"
    r"(?:post-?op(?:erative)?|follow[- ]?up) (?:visit|check|clinic|note)|(?:[A-Za-z]+ ){0,2}clinic(?: (?:note|visit|follow[- ]?up))?(?=[.:\n]|$)|case management|social work|dietitian|nutrition (?:note|assessment)|care plan|tumor board|multidisciplinary)\b"
    r"(?![ \t]+(?:for procedure|of operation))",
    re.IGNORECASE,
)
"""The first words of a note about a visit, a stay or a talk: of the operations in it none was done here."""
NONE_TODAY = re.compile(
    r"\bno (?:invasive |surgical )?procedures? (?:was |were )?(?:done |performed )?(?:today|at this visit|this visit)\b|\bprocedures?: none\b",
    re.IGNORECASE,
)
"""Words that say that nothing was done."""
DONE_HERE = re.compile(
    r"\b(?:sterile prep\w*|(?:sterilely|aseptically|skin|site|area|it|joint|shoulder|knee) (?:was )?(?:prepped|cleaned|cleansed|numbed|anesthetized)|prepped with|aspirated|(?:was|were|I|and|then|lidocaine|kenalog|depo-?medrol|mL|cc|mg) injected|"
    r"injected (?:with|into|under|over|in|at)|put in(?:to)?|(?:was|were) (?:given|administered|frozen|curetted|shaved|drained|incised|removed|flushed|irrigated|infiltrated|packed)|given (?:IM|SQ|IV|by|today|here|in)|"
    r"frozen|froze|LN2|snipped|cauteri[sz]ed|(?:was )?incised|pared|clipped off|debrided|scraped|curetted|tolerated (?:the procedure |it |this )?well|drained \\d|punch biops\w+ (?:was|of|taken)|samples? taken)\b",
    re.IGNORECASE,
)
"""What a clause of a visit says where something was done then and there."""
