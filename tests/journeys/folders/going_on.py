"""How the cases of a folder go on once it has been opened: what each still takes, whenever that is."""

from collections.abc import Mapping

from tests.journeys.folders.stories import AU, ID, LK, MY, RSO, TH, TOLD_NOTHING, Step, decided

GO_ON: Mapping[str, tuple[str, tuple[Step, ...], str]] = {
    # under the product's own deadlines, its clock stopped
    "stands still in review": (
        "co_chair_review",
        ((RSO, "resume", {}), *decided("activation", ID)),
        "participant_selection",
    ),
    # after a silence procedure
    "has reported": (
        "reporting",
        (
            (MY, "adopt", {"recommendation": "Train the coast guards.", "state": "adopted"}),
            *TOLD_NOTHING,
            (RSO, "close", {}),
            *decided("closure"),
        ),
        "closed",
    ),
    "report before the Co-Chairs": ("reporting", decided("report", ID), "reporting"),
    "interim report": (
        "operational",
        (
            (MY, "adopt", {"recommendation": "Publish the routes.", "state": "done"}),
            (RSO, "open_report", {"kind": "final"}),
        ),
        "reporting",
    ),
    "closed": ("closed", ((MY, "adopt", {"state": "done"}),), "closed"),
    "closing": ("reporting", decided("closure", ID), "closed"),
    # every deadline over
    "unchecked": ("submitted", ((RSO, "accept", {}),), "co_chair_review"),
    "returned": ("submitted", ((LK, "resubmit", {"situation": "Fishing boats."}),), "submitted"),
    "lapses": ("lapsed", ((LK, "resubmit", {"situation": "Again."}),), "submitted"),
    "owes an answer": (
        "co_chair_review",
        ((LK, "answer", {"text": "Forty."}), *decided("activation")),
        "participant_selection",
    ),
    "unanswered invitations": (
        "participant_selection",
        ((RSO, "propose", {"members": ["MY", "IOM"]}), *decided("participants"), (MY, "respond", {"answer": "accept"})),
        "participant_selection",
    ),
    "overdue outcome": (
        "operational",
        (
            (MY, "progress", {"outcome": "A hotline", "text": "Hampir selesai."}),
            (MY, "review_arrangement", {"arrangement": "Monthly figures"}),
        ),
        "operational",
    ),
    "report not tabled": ("reporting", ((RSO, "table", {}),), "reporting"),
    "consent not given": ("operational", ((MY, "leave", {}),), "operational"),
    # every deadline ahead
    "submitted": ("submitted", ((RSO, "accept", {}),), "co_chair_review"),
    "returned, by letter": (
        "submitted",
        (("MV/focal-point", "resubmit", {"figures": [{"what": "boats", "number": 4}]}), (RSO, "accept", {})),
        "co_chair_review",
    ),
    "one position in": ("co_chair_review", decided("activation", ID), "participant_selection"),
    "question open": (
        "co_chair_review",
        ((LK, "answer", {"text": "Empat."}), *decided("activation")),
        "participant_selection",
    ),
    "second round": ("co_chair_review", decided("activation"), "participant_selection"),
    "recused": ("co_chair_review", decided("activation", AU, "NZ/steering-group"), "participant_selection"),
    "list before the Co-Chairs": (
        "participant_selection",
        (*decided("participants", ID), (MY, "respond", {"answer": "accept"})),
        "participant_selection",
    ),
    "invitations out": (
        "participant_selection",
        (("IOM/focal-point", "respond", {"answer": "accept"}), (AU, "convene", {})),
        "operational",
    ),
    "at work": (
        "operational",
        (
            (MY, "progress", {"outcome": "A register", "value": 1}),
            (MY, "done", {"outcome": "A hotline"}),
            (AU, "verify", {"outcome": "A hotline"}),
            (ID, "object", {"outcome": "Patrols", "text": "Who counted?"}),
            (MY, "log_exchange", {"arrangement": "Weekly figures"}),
            (MY, "agree", {"arrangement": "Daily sightings"}),
            (TH, "agree", {"arrangement": "Daily sightings"}),
            (MY, "endorse", {"member": "PK"}),
            ("PK/focal-point", "respond", {"answer": "accept"}),
            ("BD/focal-point", "situation_update", {"text": "Tidak ada kapal."}),
            (RSO, "attend", {"meeting": "Second meeting", "present": ["LK"]}),
            *decided("extension", ID),
        ),
        "operational",
    ),
    "suspended": (
        "operational",
        ((RSO, "resume", {}), (ID, "object", {"outcome": "Patrols", "text": "No."})),
        "operational",
    ),
    "drafts its report": ("reporting", ((TH, "respond", {"answer": "accept"}), (RSO, "table", {})), "reporting"),
    "tabled": ("reporting", (("NZ/steering-group", "object", {"text": "Which guards?"}),), "reporting"),
    "objected": ("reporting", ((RSO, "revise", {"text": "The eastern route."}), (RSO, "table", {})), "reporting"),
    "termination asked for": ("operational", decided("termination", AU), "terminated"),
    "consent awaited": ("operational", ((TH, "consent", {"answer": "give"}),), "operational"),
    "circulated": ("operational", ((RSO, "terminate", {"text": "No boats."}),), "operational"),
    "with a file": ("submitted", (("PH/focal-point", "withdraw", {}),), "withdrawn"),
}
"""By title: the stage a case is found in, what it then takes, and the stage it is in afterwards."""

LEFT_ALONE = {
    "waits for the Co-Chairs": ("co_chair_review", "lapsed"),  # its own deadlines are weeks
    "withdrawn": ("withdrawn",),
    "declined": ("declined",),
    "terminated": ("terminated",),
}
