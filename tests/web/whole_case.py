"""One case with something of everything in it, every kind of post that reads it, and what each must not read."""

from models.case import GateName
from models.visibility import Sight
from tests.web.programs import Recorded

SECRETS = {
    "situation": "Zircon-situation boats leave by night",
    "where": "Zircon-where, the strait",
    "routes": [{"from": "LK", "via": ["Zircon-harbour"], "to": "AU", "by": "sea"}],
    "figures": [{"what": "Zircon-count", "number": 1234567, "as_of": "2026-02-01", "source": "Zircon-source"}],
    "done": "Zircon-done patrols",
    "asks": ["Zircon-asks for patrols"],
    "attachments": [{"name": "Zircon-file.pdf", "sha256": "a" * 64, "size": 7654321}],
}
"""What is marked as confidential; ``asks`` is open to Thailand."""

MARKS = (
    "Zircon-situation",
    "Zircon-where",
    "Zircon-harbour",
    "Zircon-count",
    "Zircon-done",
    "Zircon-file",
    "1234567",
    "7654321",
)
OPEN_TO_TH = "Zircon-asks"
REQUEST = {
    "title": "Boats in the strait",
    "affected": ["MY", "TH"],
    **SECRETS,
    "confidential": {
        "situation": [],
        "where": [],
        "routes": [],
        "figures": [],
        "done": [],
        "asks": ["TH"],
        "attachments": [],
    },
}
RSO, AU, ID = "RSO/secretariat", "AU/co-chair", "ID/co-chair"

READERS: dict[str, Sight] = {
    "LK/focal-point": Sight.CASE,
    AU: Sight.CASE,
    ID: Sight.CASE,
    RSO: Sight.CASE,
    "RSO/auditor": Sight.CASE,
    "NZ/steering-group": Sight.CASE,
    "IOM/steering-group": Sight.CASE,
    "AU/steering-group": Sight.CASE,
    "TH/focal-point": Sight.CASE,
    "MY/focal-point": Sight.CASE,
    "IOM/focal-point": Sight.CASE,
    "UNHCR/focal-point": Sight.OWN_PART,
    "VN/focal-point": Sight.OWN_PART,
    "FJ/focal-point": Sight.CIRCULATED,
    "PK/focal-point": Sight.NOTHING,
    "NZ/focal-point": Sight.NOTHING,
}
"""Every kind of post, and how much it sees of the case below."""

READ_ALL = {"LK/focal-point", AU, ID, RSO, "RSO/auditor"}
"""Who reads what is confidential."""


def played(table: Recorded | None = None) -> Recorded:
    """A case at work with something of everything in it: UNHCR declined, Fiji was told, Viet Nam owns an outcome."""
    table = table or Recorded()
    table.do("LK/focal-point", "submit", REQUEST)
    table.do(RSO, "return", {"missing": ["Which boats?"]})
    table.do("LK/focal-point", "resubmit", {"situation": SECRETS["situation"], "done": "Zircon-done more"})
    table.do(RSO, "accept")
    table.do(AU, "decide", {"position": "ask", "text": "How many?"})
    table.do("LK/focal-point", "answer", {"text": "About forty."})
    for gate in ("activation", "participants"):
        for decider in table.case.gates[GateName(gate)].deciders:
            table.do(decider.post, "decide", {"gate": gate, "position": "approve"})
    for member in ("MY", "TH", "IOM"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    table.do("UNHCR/focal-point", "respond", {"answer": "decline", "text": "Agate: no staff"})
    table.do(ID, "convene")
    table.do(RSO, "add_outcome", {"title": "Joint patrols", "owner": "TH", "due": "2026-08-01"})
    table.do(RSO, "add_outcome", {"title": "A hotline", "owner": "VN", "due": "2026-08-01"})
    table.do("TH/focal-point", "add_arrangement", {"title": "Weekly figures", "parties": ["TH", "MY"]})
    table.do("MY/focal-point", "agree", {"arrangement": "Weekly figures"})
    table.do(RSO, "schedule_meeting", {"title": "Agate meeting", "starts": "2026-04-01T09:00+07:00"})
    table.do(RSO, "situation_update", {"text": "Agate: fewer boats"})
    told = {
        "what": "summary",
        "to": ["FJ", "VN"],
        "names": ["TH"],
        "text": "The group works with Thailand and Malaysia.",
    }
    table.do(AU, "circulate", told)
    for decider in table.case.gates[GateName.CIRCULATION].deciders:
        table.do(decider.post, "decide", {"gate": "circulation", "position": "approve"})
    table.do("TH/focal-point", "consent", {"answer": "give"})
    assert table.case.circulations[1].state == "released"
    return table
