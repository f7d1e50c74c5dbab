"""What a note as a whole speaks of, by words that stand anywhere in it: an operation, a service, specimens, instructions."""

import re

from detect_icd.gates import gate

OPERATIVE_SECTIONS = frozenset(
    {"procedure_performed", "procedure_description", "postoperative_diagnosis", "operative_data"}
)
"""Sections that the report of an operation has."""
VISIT_SECTIONS = frozenset(
    {"physical_exam", "review_of_systems", "vital_signs", "hospital_course", "family_history", "social_history"}
)
"""Sections that the note of a visit or a stay has."""
SPECIMENS = gate(
    re.compile(
        r"\b(?:pathology|cytology|cytopathology|histology) report\b|^[ \t]*(?:gross(?: (?:description|examination))?|microscopic(?: (?:description|examination))?):",
        re.IGNORECASE | re.MULTILINE,
    )
)
"""The report of a laboratory."""
SERVICE_NOTE = gate(
    re.compile(
        r"\b(?:nurse visit|office visit|new patient|established patient|injection (?:visit|clinic)|immunization|booster|infusion (?:suite|center|visit)|screening|"
        r"(?:two|three|four|\d) (?:standard )?views|contrast|tomosynthesis|interpretation|reading|films? taken|technologist|drawn|venipuncture|in our (?:lab|center|office)|"
        r"anesthesia record|I spent|total time|IM\b|IV push|pushed|infused|administered|IVP|"
        r"IV hydration|AWV|wellness visit|(?:finger|flu|thumb|B12|cortisone|steroid) (?:shot|injection)|my read|neb|instilled|"
        r"(?:read|interpreted|reported) by (?:me|us)|(?:one|single) view|(?:in|at) (?:my|our)(?: own)? (?:\w+ )?(?:lab|center|office|clinic|suite)|(?:own|office|our) (?:\w+ )?(?:machine|equipment|scanner)|"
        r"critical care time|medical decision making|MDM|est(?:\.|ab\.?)? pt|prefilled syringe|(?:office|clinic|infusion) (?:stock|suite|chair)|"
        r"injections?|sterile technique|in (?:the )?office|by (?:the )?(?:MA|RN|nurse)|audiometer|snellen|PPD placed|finger ?stick|shot \d+|splint)\b",
        re.IGNORECASE,
    )
)
"""A note that is about a service alone."""
GIVEN = re.compile(
    r"\b(?:drawn|given|administered|performed|injected|infused|pushed|applied|done (?:today|here|in (?:the )?office)|obtained (?:today|here|in (?:the )?office)|"
    r"run here|in[- ]house|received (?:today|here|in (?:the )?office)|dispensed|vaccinated|immunized|tolerated)\b|"
    r"\b(?:IM|SQ|subcutaneous(?:ly)?|IV push)\b[^.;\n]{0,20}\b(?:deltoid|gluteal|thigh|arm|hip|today)\b",
    re.IGNORECASE,
)
"""A service was given."""
OPERATIVE = gate(
    re.compile(
        r"operating (?:room|suite|table)|prepped|draped|\b(?:incision|incised|anesthesia|an[ae]esthe|sedat|trocar|port(?:s)? (?:was|were)|"
        r"dissect|clamped|ligated|sutur|tolerated the procedure|was performed|were performed|was carried out|underwent|scope was|colonoscope|"
        r"endoscope|gastroscope|cystoscope|bronchoscope|hemostasis|cautery|clipped|stapl|catheter was|needle was|injected|aspirated|biops|lidocaine|consent (?:was )?obtained|endoscopist|surgeon|operator|cecum (?:was )?reached|(?:cold|hot) snare)",
        re.IGNORECASE,
    )
)
"""An operation was done."""
INSTRUCTS = gate(
    re.compile(
        r"\b(?:(?:instructions?|protocol) (?:after|following|for)|patient leaflet|call your (?:doctor|surgeon))\b",
        re.IGNORECASE,
    )
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
NONE_TODAY = gate(
    re.compile(
        r"\bno (?:invasive |surgical )?procedures? (?:was |were )?(?:done |performed )?(?:today|at this visit|this visit)\b|\bprocedures?: none\b",
        re.IGNORECASE,
    )
)
"""Words that say that nothing was done."""
DONE_HERE = re.compile(
    r"\b(?:sterile prep\w*|(?:sterilely|aseptically|skin|site|area|it|joint|shoulder|knee) (?:was )?(?:prepped|cleaned|cleansed|numbed|anesthetized)|prepped with|aspirated|(?:was|were|I|and|then|lidocaine|kenalog|depo-?medrol|mL|cc|mg) injected|"
    r"injected (?:with|into|under|over|in|at)|put in(?:to)?|(?:was|were) (?:given|administered|frozen|curetted|shaved|drained|incised|removed|flushed|irrigated|infiltrated|packed)|given (?:IM|SQ|IV|by|today|here|in)|"
    r"frozen|froze|LN2|snipped|cauteri[sz]ed|(?:was )?incised|pared|clipped off|debrided|scraped|curetted|tolerated (?:the procedure |it |this )?well|drained \\d|punch biops\w+ (?:was|of|taken)|samples? taken)\b",
    re.IGNORECASE,
)
"""What a clause of a visit says where something was done then and there."""
NO_OPENING = re.compile(
    r"\b(?:history|follow\w*|seen|presents?|presented|referr\w+|consult\w*|schedul\w+|plan\w*|discuss\w*|recommend\w*|counsel\w*|candidate|complain\w*|post-?op\w*|s/p|status post|after|prior|before|since|"
    r"clinic|visit|education|instructions?|leaflet|pre-?cert|authori[sz]\w+|request\w*|consent\w*|estimate|cancel\w*|refus\w+|declin\w+|offered|consider\w*|awaiting|wants?|needs?|booked|cost|price|course|lecture|"
    r"question|asks?|asked|would|should|could|will|may|might|if|is|are|has|have|had|was|were|been|booking|sheet|rota|board|slots?|negative|normal|unremarkable|just done)\b|\?|\b\d{1,2}:\d\d\b",
    re.IGNORECASE,
)
"""Words of a first sentence that does more than name what was done."""

_STRONG = (
    r"incis(?:ion|ed|ing)|nicked|slit|stab|dissect(?:ed|ion)|transected|divided|excised|resected|amputated|stripped|peeled|shelled|scooped|teased|swept|mobili[sz]ed|freed|retractor|spread|"
    r"snar(?:e|ed)|lassoed|grasped|gripped|bitten|bites?|nipped|biopsied|cores|punch(?:es|ed)?|trimmed|burr(?:ed)?|drilled|reamed|reaming|sawn?|curett(?:e|ed|age)|scraped|debrided|pared|broached|cemented|plated|plates?|"
    r"screws?|nailed|pinned|pins|wires?|wired|anchors?|cages?|grafted|stent(?:ed)?|drained|ballooned|balloon|dilated|stretched|bougies?|clips|clipped|clamp(?:ed|s)?|staplers?|stapled|tied|ligated|sutur(?:e|ed|es)|stitch(?:es|ed)?|"
    r"sewn?|sewed|closure|cauter(?:y|ized|ised)|coagulated|fulgurated|ablated|lasered|frozen|froze|injected|infiltrated|needle|aspirated|sucked|suction|irrigated|washed|rinsed|flushed|lavage|scope|\w+scope|camera|ports?|trocars?|"
    r"docked|introduced|inserted|packed|packing|implanted|seated|deployed|threaded|prepped|draped|tourniquet|lidocaine|numbed|lithotomy|snipped|sheath|c-arm|instilled|steri-?strips|vicryl|nylon|prolene|monocryl|extracted|"
    r"bagged|sealed|bovie|harmonic|ligasure|decompressed|evacuated|harvested|reattached|cannulated|patched|moulded|molded|scalpel|blade|forceps|rongeur|pituitary|banded|resurfaced|arthrotomy|thoracotomy|laparotomy|wedge[sd]?|shocks|"
    r"(?:cut|taken|took|take|let|drawn|pulled|came|brought|lifted|fished|dug|scooped|picked) (?:\w+ )?(?:out|off|away|down|open|through|over|into|across)|(?:asleep|under (?:general|local|spinal|sedation)|anesthe\w+|propofol)|"
    r"\w{3,}(?:ectom(?:y|ies)|otomy|ostomy|plast(?:y|ies)|scopy|pexy|desis|orrhaphy)|EGD|EUS|ERCP|EBUS|VATS|bronch|BAL|APC|RFA|CSP|TBBx|bx|FN[AB]|SEMS|LN2|nitrogen|cryo\w*|brush(?:ed|ings?)?|passes|"
    r"cement|punctured?|cannulas?|needled|cored|cath|lancet|\d+ ?g|gauge|oversewn|stenting|cuts?|hooked|steered|tamps?|whipple|burned|burnt|emptied|touched"
)
"""What surgeons do, and do it with: no disease is told so."""
_WEAK = (
    r"cut|opened|entered|exposed|raised|lifted|split|removed|taken|took|pulled|drawn|sampled?|samples|shaved|closed|repaired|fixed|reduced|passed|placed|put|laid|advanced|crossed|brought|turned|delivered|out|released|swung|slid|wrapped|set|cast|"
    r"splint|nail|mesh|drill|laser|loop|drain|tube|catheter|drape|prep|block|local|general|prone|supine|probe|leads?|electrodes?|fluoro\w*|ultrasound|dressing|implant|graft|loose|changed|films?|pegs|joined|held|wrap|biopsies|needles|injections?|repair|flap|bands|cortisone|lytics|kept|shaved"
)
"""What they do that diseases and examinations do as well."""
_DEED = re.compile(rf"\b(?:{_STRONG})\b", re.IGNORECASE)
_LIKE_A_DEED = re.compile(rf"\b(?:{_STRONG}|{_WEAK})\b", re.IGNORECASE)
_DEEDS = 2


def tells_of_work(text: str) -> bool:
    """Whether an account tells of something done, by one word of work or two that may be: a disease is told much like its cure."""
    if _DEED.search(text):
        return True
    said: set[str] = set()
    for match in _LIKE_A_DEED.finditer(text):
        said.add(match.group().lower())
        if len(said) >= _DEEDS:
            return True
    return False


TREATED = re.compile(
    r"balloon|stent|inflat|deploy|angioplast|\bPCI\b|dilat|interven|atherect|culprit|crossed", re.IGNORECASE
)
"""What is said of a vessel that was treated, and not only looked at."""
NONE_OF = re.compile(r"\b(?:took|taking|removed|saw|found|sent|with|left) no (?:\w+ )?$", re.IGNORECASE)
"""A verb that denies what follows: "took no nodes"."""
SPENT = re.compile(r"\btime\b|\bspent\b|\bminutes of\b", re.IGNORECASE)
"""What stands about a time that was spent on a visit or a treatment."""
