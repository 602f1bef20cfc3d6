"""What happens in the cases of a data folder that is kept: by policy, each case with its commands.

A story is cut by ``WAIT``: its first part is played, then an hour passes, in which the Steering Group is silent on the
reports that were tabled, then comes the rest.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Step = tuple[str, str, Mapping[str, Any]]
"""Who gives a command, which, and its fields."""

RSO, AU, ID, LK, MY, TH, IOM = (
    "RSO/secretariat",
    "AU/co-chair",
    "ID/co-chair",
    "LK/focal-point",
    "MY/focal-point",
    "TH/focal-point",
    "IOM/focal-point",
)
WAIT: Final[Step] = ("", "wait", {})

YEARS, HOUR = "300mo", "1h"
_SPANS = (
    "completeness",
    "gate",
    "last_reminder",
    "offices_told",
    "lapse",
    "answer",
    "comments",
    "invitation",
    "silence",
    "consent",
    "situation_update",
)
_LASTING = dict.fromkeys((*_SPANS, "duration"), YEARS) | {"last_reminder": "1d", "resubmission": "9000d"}
POLICIES: Mapping[str, Mapping[str, str]] = {
    "silent": {**_LASTING, "silence": HOUR},
    "overdue": {**_LASTING, **dict.fromkeys(_SPANS, HOUR)},
    "lasting": _LASTING,
}
"""What differs from the product's own policy, by its keys; those of a track hold for both tracks."""

_LONG = (
    "Perahu berangkat pada malam hari dan melintasi beberapa negara sekaligus. "
    "เรือออกจากชายฝั่งในเวลากลางคืน และแล่นผ่านน่านน้ำของหลายประเทศ  "
    "تغادر القوارب ليلاً وتعبر مياه عدة دول في وقت واحد. "
    "Thuyền rời bến Đà Nẵng ban đêm; 船は夜に出る。 கப்பல்கள் இரவில் புறப்படுகின்றன. ශ්‍රී ලංකාව. 🚤\n"
) * 12


def request(title: str, **more: Any) -> Step:
    """A request of Sri Lanka that names Malaysia and Thailand as affected."""
    fields = {"title": title, "situation": f"{title}: boats leave by night.", "affected": ["MY", "TH"], **more}
    return (LK, "submit", fields)


def decided(gate: str, *posts: str, position: str = "approve", **more: Any) -> tuple[Step, ...]:
    """Positions at a gate; without posts, those of both Co-Chairs."""
    return tuple((post, "decide", {"gate": gate, "position": position, **more}) for post in posts or (AU, ID))


def report(kind: str, *recommendations: str) -> tuple[Step, ...]:
    """A report that is opened, written and tabled."""
    written = tuple((MY, "recommend", {"text": text, "to": ["MY", "TH"], "owner": "MY"}) for text in recommendations)
    return (
        (RSO, "open_report", {"kind": kind}),
        (MY, "contribute", {"text": "Sumbangan Malaysia: patroli bersama."}),
        *written,
        (RSO, "table", {}),
    )


REVIEW: tuple[Step, ...] = ((RSO, "accept", {}),)
SELECTION = (*REVIEW, *decided("activation"))
LISTED = (*SELECTION, *decided("participants"))
WORK = (*LISTED, (MY, "respond", {"answer": "accept"}), (IOM, "respond", {"answer": "accept"}), (AU, "convene", {}))
VERIFIED: tuple[Step, ...] = (
    (RSO, "add_outcome", {"title": "Patrols", "owner": "MY", "target": 10, "unit": "patrols", "due": "2199-06-30"}),
    (MY, "progress", {"outcome": "Patrols", "value": 10}),
    (MY, "done", {"outcome": "Patrols"}),
    (AU, "verify", {"outcome": "Patrols"}),
)
IN_FORCE: tuple[Step, ...] = (
    (
        LK,
        "add_arrangement",
        {"title": "Weekly figures", "parties": ["LK", "MY"], "kind": "counts", "marking": "TLP:RED"},
    ),
    (MY, "agree", {"arrangement": "Weekly figures"}),
    (MY, "log_exchange", {"arrangement": "Weekly figures", "on": "2026-11-20"}),
)
WAIVED: tuple[Step, ...] = tuple((post, "waive", {"term": ["a", "b"], "text": "None was asked."}) for post in (AU, ID))
ACCEPTED = (WAIT, *decided("report"))
TOLD_NOTHING: tuple[Step, ...] = ((RSO, "circulate", {"what": "nothing"}), *decided("circulation"))

Stories = Mapping[str, Sequence[Step]]

DEFAULT: Stories = {
    "waits for the Co-Chairs": (request("waits for the Co-Chairs"), *REVIEW, *decided("activation", AU)),
    "stands still in review": (
        request("stands still in review"),
        *REVIEW,
        *decided("activation", AU),
        (RSO, "suspend", {"text": "The parties talk elsewhere."}),
    ),
}
"""Under the product's own deadlines."""

SILENT: Stories = {
    "has reported": (
        request("has reported"),
        *WORK,
        *VERIFIED,
        *IN_FORCE,
        *report("final", "Train the coast guards.", "Share the registers."),
        *ACCEPTED,
    ),
    "report before the Co-Chairs": (
        request("report before the Co-Chairs"),
        *WORK,
        *report("final", "Meet every year."),
        WAIT,
        *decided("report", AU),
    ),
    "interim report": (
        request("interim report", urgency="urgent"),
        *WORK,
        *report("interim", "Publish the routes.", "Count again."),
        *ACCEPTED,
        (MY, "adopt", {"recommendation": "Publish the routes.", "state": "adopted"}),
        (MY, "adopt", {"recommendation": "Count again.", "state": "declined", "text": "No staff."}),
    ),
    "closed": (
        request("closed"),
        *WORK,
        *WAIVED,
        *report("final", "Keep the hotline."),
        *ACCEPTED,
        *TOLD_NOTHING,
        (RSO, "close", {}),
        *decided("closure"),
    ),
    "closing": (
        request("closing"),
        *WORK,
        *WAIVED,
        *report("final", "Keep the desk."),
        *ACCEPTED,
        *TOLD_NOTHING,
        (RSO, "close", {}),
        *decided("closure", AU),
    ),
}
"""The silence procedure takes an hour, all else years."""

OVERDUE: Stories = {
    "unchecked": (request("unchecked"),),
    "returned": (request("returned"), (RSO, "return", {"missing": ["Which boats?"]})),
    "lapses": (request("lapses"), *REVIEW, *decided("activation", AU)),
    "owes an answer": (
        request("owes an answer"),
        *REVIEW,
        *decided("activation", ID, position="ask", text="How many boats?"),
    ),
    "unanswered invitations": (request("unanswered invitations"), *LISTED),
    "overdue outcome": (
        request("overdue outcome"),
        *WORK,
        (RSO, "add_outcome", {"title": "A hotline", "owner": "MY", "due": "2026-11-01"}),
        (LK, "add_arrangement", {"title": "Monthly figures", "parties": ["LK", "MY"], "review": "2026-11-01"}),
        (MY, "agree", {"arrangement": "Monthly figures"}),
    ),
    "report not tabled": (request("report not tabled"), *WORK, (RSO, "open_report", {"kind": "final"})),
    "consent not given": (
        request("consent not given"),
        *WORK,
        (AU, "circulate", {"what": "summary", "to": ["FJ", "VN"], "names": ["TH"], "text": "The group is at work."}),
        *decided("circulation"),
    ),
}
"""Every deadline is an hour: all of them have passed whenever the folder is opened."""

LASTING: Stories = {
    "submitted": (
        request(
            "submitted",
            situation=_LONG,
            where="Selat Malaka, ช่องแคบมะละกา",
            since="2026-10-01",
            routes=[{"from": "LK", "via": ["TH"], "to": "MY", "by": "sea"}],
            figures=[{"what": "persons", "number": 120, "as_of": "2026-11-01", "source": "coast guard"}],
            done="Patroli laut.",
            asks=["Patrols", "Patroli udara"],
            confidential={"figures": [], "done": ["TH"]},
        ),
        (TH, "join", {}),
    ),
    "returned, by letter": (
        (
            RSO,
            "act_for",
            {
                "post": "MV/focal-point",
                "how": "letter",
                "text": "The letter of 20 November.",
                "command": {"do": "submit", "title": "returned, by letter", "situation": "Surat.", "affected": ["LK"]},
            },
        ),
        (RSO, "return", {"missing": ["Figures", "พิกัด"]}),
    ),
    "one position in": (request("one position in", urgency="urgent"), *REVIEW, *decided("activation", AU)),
    "question open": (
        request("question open"),
        *REVIEW,
        *decided("activation", AU, position="ask", text="Berapa kapal? กี่ลำ?"),
    ),
    "second round": (
        request("second round"),
        *REVIEW,
        *decided("activation", AU, position="approve with conditions", text="Only for a year."),
        *decided("activation", ID, position="decline", text="Not yet."),
    ),
    "recused": (request("recused"), *REVIEW, *decided("activation", ID, position="recuse", text="Our own vessels.")),
    "list before the Co-Chairs": (
        request("list before the Co-Chairs"),
        *SELECTION,
        ("NZ/steering-group", "propose", {"members": ["VN"], "observers": ["FJ"], "text": "On the route."}),
        ("UNHCR/steering-group", "comment", {"member": "VN", "text": "We agree."}),
        *decided("participants", AU),
    ),
    "invitations out": (
        request("invitations out"),
        *LISTED,
        (MY, "respond", {"answer": "accept"}),
        (TH, "respond", {"answer": "observe"}),
    ),
    "at work": (
        request("at work"),
        *WORK,
        *VERIFIED,
        *IN_FORCE,
        (RSO, "add_outcome", {"title": "A hotline", "owner": "MY", "supporting": ["TH"], "baseline": 0, "target": 1}),
        (RSO, "add_outcome", {"title": "A register", "owner": "MY"}),
        (MY, "block", {"outcome": "A register", "text": "Menunggu anggaran."}),
        (RSO, "add_outcome", {"title": "A course", "owner": "MY"}),
        (MY, "done", {"outcome": "A course"}),
        (LK, "add_arrangement", {"title": "Daily sightings", "parties": ["LK", "MY", "TH"], "every": "day"}),
        (RSO, "schedule_meeting", {"title": "First meeting", "starts": "2026-11-27T09:00+07:00", "place": "Jakarta"}),
        (RSO, "attend", {"meeting": "First meeting", "present": ["LK", "MY"], "absent": ["TH"]}),
        (RSO, "schedule_meeting", {"title": "Second meeting", "starts": "2099-03-02T09:00+07:00", "agenda": ["Boats"]}),
        (MY, "situation_update", {"text": "Lebih sedikit kapal.", "figures": [{"what": "boats", "number": 3}]}),
        ("NZ/steering-group", "admit", {"member": "BD"}),
        (MY, "endorse", {"member": "BD"}),
        ("BD/focal-point", "respond", {"answer": "accept"}),
        ("NZ/steering-group", "admit", {"member": "PK", "observer": True}),
        (MY, "extend", {"by": "12mo", "text": "The season is long."}),
        *decided("extension", AU),
        (LK, "hand_over", {"post": "LK/focal-point", "to": {"name": "Nimal Perera", "email": "desk@lk.ahg.localhost"}}),
        (ID, "delegate", {"to": {"name": "Wakil Ketua", "email": "wakil@id.ahg.localhost"}, "until": "2199-12-31"}),
    ),
    "suspended": (request("suspended"), *WORK, *VERIFIED, (AU, "suspend", {"text": "The monsoon."})),
    "drafts its report": (request("drafts its report"), *WORK, *report("final", "Share the registers.")[:-1]),
    "tabled": (request("tabled"), *WORK, *report("final", "Train the coast guards.")),
    "objected": (
        request("objected"),
        *WORK,
        *report("final", "Close the route."),
        ("NZ/steering-group", "object", {"text": "Which route?"}),
    ),
    "termination asked for": (
        request("termination asked for"),
        *WORK,
        (LK, "terminate", {"text": "No boats any more."}),
        *decided("termination", ID),
    ),
    "consent awaited": (
        request("consent awaited"),
        *WORK,
        (RSO, "circulate", {"what": "full", "to": "participants", "names": ["TH", "MY"], "text": "Bersama Thailand."}),
        *decided("circulation"),
        (MY, "consent", {"answer": "refuse"}),
    ),
    "circulated": (
        request("circulated"),
        *WORK,
        (RSO, "circulate", {"what": "summary", "to": ["FJ"], "text": "The group is at work."}),
        *decided("circulation"),
    ),
    "withdrawn": (request("withdrawn"), (LK, "withdraw", {"text": "Settled."})),
    "declined": (request("declined"), *REVIEW, *decided("activation", position="decline", text="Not for the group.")),
    "terminated": (
        request("terminated"),
        *LISTED,
        (LK, "terminate", {"text": "No boats any more."}),
        *decided("termination"),
    ),
}
"""No deadline within a quarter of a century: whenever the folder is opened, these wait as they were left."""

DRAFT: Step = ("JP/focal-point", "draft", {"title": "A draft of Japan", "situation": "下書き", "affected": ["KR"]})
UNTOLD: Step = (RSO, "situation_update", {"text": "Told once mail goes out again."})
"""Given to the case at work when all mail has been paused."""
