"""The form of each command: which fields its page offers, in which words.

What a command takes is defined in ``models.commands``; a test holds that every command and every field of it has its
place here.
"""

from models.base import N_
from models.case import PositionKind
from web.kit.forms.choices import (
    admitted,
    arrangements,
    asking_gates,
    gates,
    listed_members,
    meetings,
    of,
    outcomes,
    posts,
    recommendations,
    terms,
)
from web.kit.forms.field import Choices, FormField, FormWords

_POSITIONS = of(
    (PositionKind.APPROVE.value, N_("Approve")),
    (PositionKind.APPROVE_WITH_CONDITIONS.value, N_("Approve with conditions (say which)")),
    (PositionKind.ASK.value, N_("Ask for information (the clock stops until it is answered)")),
    (PositionKind.DECLINE.value, N_("Decline (say why)")),
    (PositionKind.RECUSE.value, N_("Recuse: the post's place is taken by a Steering Group member")),
)
_SAID = FormField("text", N_("What you want to say with it"), "prose", N_("Kept in the log. It can stay empty."))


def _say(label: str, help_: str = "", *, must: bool = True) -> FormField:
    return FormField("text", label, "prose", help_, must)


def _which(name: str, label: str, choices: Choices) -> FormField:
    return FormField(name, label, "choice", must=True, choices=choices)


FORMS: dict[str, FormWords] = {
    # request
    "return": FormWords(
        N_("Send the request back"),
        N_("The requester is told what is missing and can submit a new version."),
        N_("Send back"),
        (FormField("missing", N_("What is missing"), "lines", N_("One thing a line."), True), _SAID),
    ),
    "accept": FormWords(
        N_("Find the request complete"),
        N_("It goes to both Co-Chairs, and their time begins."),
        N_("Accept as complete"),
        (_SAID,),
    ),
    "withdraw": FormWords(
        N_("Withdraw the request"),
        N_("With the last requester's withdrawal the case ends. This cannot be undone."),
        N_("Withdraw"),
        (_SAID,),
        danger=True,
    ),
    "join": FormWords(
        N_("Submit the request jointly"), N_("Your member becomes a requester as well."), N_("Join"), (_SAID,)
    ),
    # gates
    "decide": FormWords(
        N_("Take a position"),
        N_("It is bound to the version shown here. It can be changed until the other position is in."),
        N_("Take this position"),
        (
            _which("gate", N_("What is decided"), gates),
            _which("position", N_("Your position"), _POSITIONS),
            _say(
                N_("Conditions, reasons or question"),
                N_("Needed for everything but approving and recusing."),
                must=False,
            ),
        ),
    ),
    "answer": FormWords(
        N_("Answer the question"),
        N_("The clock runs again, and the Co-Chairs are told."),
        N_("Answer"),
        (_which("gate", N_("Asked about"), asking_gates), _say(N_("The answer"))),
    ),
    # participants
    "propose": FormWords(
        N_("Propose participants"),
        N_("The newest word on a member counts. The Co-Chairs confirm the list."),
        N_("Propose"),
        (
            FormField("members", N_("As participants"), "members"),
            FormField("observers", N_("As observers"), "members"),
            FormField("without", N_("Take off the list"), "members"),
            _say(N_("Why"), must=False),
        ),
    ),
    "comment": FormWords(
        N_("Comment on the participants"),
        N_("Everybody who sees the case can read it."),
        N_("Comment"),
        (_say(N_("Comment")),),
    ),
    "respond": FormWords(
        N_("Answer the invitation"),
        N_("The group and the Co-Chairs are told."),
        N_("Answer"),
        (
            _which(
                "answer",
                N_("Your answer"),
                of(
                    ("accept", N_("Take part")), ("observe", N_("Take part as an observer")), ("decline", N_("Decline"))
                ),
            ),
            _SAID,
        ),
    ),
    "replace": FormWords(
        N_("Propose a replacement"),
        N_("The other member is invited in its place."),
        N_("Replace"),
        (
            _which("member", N_("Who goes"), listed_members),
            FormField("by", N_("Who comes"), "member", must=True),
            _SAID,
        ),
    ),
    "admit": FormWords(
        N_("Admit a member later"),
        N_("The group is asked to endorse it."),
        N_("Admit"),
        (
            FormField("member", N_("Member"), "member", must=True),
            FormField("observer", N_("As an observer"), "yes"),
            _SAID,
        ),
    ),
    "endorse": FormWords(
        N_("Endorse the admission"),
        N_("The member is invited once the group has endorsed it."),
        N_("Endorse"),
        (_which("member", N_("Member"), admitted), _SAID),
    ),
    "leave": FormWords(
        N_("Leave the group"), N_("Your member takes no part any more."), N_("Leave"), (_SAID,), danger=True
    ),
    "convene": FormWords(
        N_("Convene the group"), N_("Its work begins without waiting for the last answers."), N_("Convene"), (_SAID,)
    ),
    # outcomes
    "add_outcome": FormWords(
        N_("Add an outcome"),
        N_("Its owner is told; the overdue ladder follows its date."),
        N_("Add"),
        (
            FormField("title", N_("Outcome"), must=True),
            FormField("owner", N_("Owner"), "member"),
            FormField("supporting", N_("Supporting"), "members"),
            FormField("indicator", N_("Indicator"), help=N_("What is counted, for instance joint patrols.")),
            FormField("baseline", N_("Baseline"), "number"),
            FormField("target", N_("Target"), "number"),
            FormField("unit", N_("Unit")),
            FormField("due", N_("Due"), "date"),
            _SAID,
        ),
    ),
    "progress": FormWords(
        N_("Note progress"),
        N_("It is shown with the outcome."),
        N_("Note"),
        (
            _which("outcome", N_("Outcome"), outcomes("open", "blocked")),
            FormField("value", N_("Value of the indicator now"), "number"),
            _SAID,
        ),
    ),
    "block": FormWords(
        N_("Say that an outcome is blocked"),
        N_("Reminders stop until there is progress."),
        N_("Blocked"),
        (_which("outcome", N_("Outcome"), outcomes("open")), _say(N_("Why it cannot go on"))),
    ),
    "done": FormWords(
        N_("Report an outcome as done"),
        N_("A Co-Chair verifies it."),
        N_("Done"),
        (_which("outcome", N_("Outcome"), outcomes("open", "blocked")), _SAID),
    ),
    "verify": FormWords(
        N_("Verify an outcome"),
        N_("The other Co-Chair may object within a gate's deadline."),
        N_("Verify"),
        (_which("outcome", N_("Outcome"), outcomes("done")), _SAID),
    ),
    # arrangements
    "add_arrangement": FormWords(
        N_("Propose an arrangement"),
        N_("It is in force when every party has agreed."),
        N_("Propose"),
        (
            FormField("title", N_("Arrangement"), must=True),
            FormField("parties", N_("Parties"), "members", must=True),
            FormField("kind", N_("What kind of information"), help=N_("Never data of single persons.")),
            FormField("every", N_("How often"), help=N_("For instance weekly.")),
            FormField(
                "marking",
                N_("Marking (Traffic Light Protocol 2.0)"),
                "choice",
                choices=of(
                    ("TLP:AMBER", "TLP:AMBER"),
                    ("TLP:RED", "TLP:RED"),
                    ("TLP:AMBER+STRICT", "TLP:AMBER+STRICT"),
                    ("TLP:GREEN", "TLP:GREEN"),
                    ("TLP:CLEAR", "TLP:CLEAR"),
                ),
            ),
            FormField("contacts", N_("Contact posts"), "lines", N_("One a line.")),
            FormField("begins", N_("In force from"), "date", N_("Empty: when every party has agreed.")),
            FormField("review", N_("Review on"), "date"),
            _SAID,
        ),
    ),
    "agree": FormWords(
        N_("Agree to an arrangement"),
        N_("With the last party it is in force."),
        N_("Agree"),
        (_which("arrangement", N_("Arrangement"), arrangements), _SAID),
    ),
    "log_exchange": FormWords(
        N_("Note an exchange"),
        N_("What kind and when, never the content."),
        N_("Note"),
        (
            _which("arrangement", N_("Arrangement"), arrangements),
            FormField("kind", N_("What kind of information"), help=N_("Empty: that of the arrangement.")),
            FormField("on", N_("When"), "date", N_("Empty: today.")),
            _SAID,
        ),
    ),
    "review_arrangement": FormWords(
        N_("Review an arrangement"),
        N_("The next review is reminded of in time."),
        N_("Reviewed"),
        (
            _which("arrangement", N_("Arrangement"), arrangements),
            FormField("review", N_("Next review on"), "date"),
            _SAID,
        ),
    ),
    # meetings and the situation
    "schedule_meeting": FormWords(
        N_("Call a meeting"),
        N_("The group gets an invitation with a calendar file. The same title moves it."),
        N_("Call"),
        (
            FormField("title", N_("Meeting"), must=True),
            FormField("place", N_("Place")),
            FormField("starts", N_("Begins"), "moment", N_("In your own time zone."), True),
            FormField("ends", N_("Ends"), "moment"),
            FormField("agenda", N_("Agenda"), "lines", N_("One point a line.")),
            _SAID,
        ),
    ),
    "attend": FormWords(
        N_("Note attendance"),
        N_("An absent affected member is shown as absent."),
        N_("Note"),
        (
            _which("meeting", N_("Meeting"), meetings),
            FormField("present", N_("Present"), "members"),
            FormField("observing", N_("Observing"), "members"),
            FormField("absent", N_("Absent"), "members"),
            _SAID,
        ),
    ),
    "situation_update": FormWords(
        N_("Give a situation update"),
        N_("The group is told; the next one is due one rhythm later."),
        N_("Give"),
        (
            _say(N_("How the situation stands"), must=False),
            FormField(
                "figures", N_("Figures"), "figures", N_("Counts with their date and source; no data of persons.")
            ),
        ),
    ),
    "extend": FormWords(
        N_("Ask for a longer activation"),
        N_("The Co-Chairs decide."),
        N_("Ask"),
        (
            FormField("until", N_("Until"), "date", N_("Empty, with no length: by the policy's own duration.")),
            FormField("by", N_("Or by"), help=N_("A length of time: 3mo, 60d.")),
            _SAID,
        ),
    ),
    "terminate": FormWords(
        N_("Ask for an early end"), N_("The Co-Chairs decide."), N_("Ask for the end"), (_SAID,), danger=True
    ),
    "suspend": FormWords(
        N_("Stop the clock"),
        N_("No deadline runs until it is started again."),
        N_("Stop the clock"),
        (_say(N_("Why")),),
        danger=True,
    ),
    "resume": FormWords(
        N_("Start the clock again"), N_("Every deadline moves by the time that it stood."), N_("Start"), (_SAID,)
    ),
    # reporting
    "open_report": FormWords(
        N_("Open a report"),
        N_("A final report moves the case to reporting."),
        N_("Open"),
        (
            _which("kind", N_("Which report"), of(("final", N_("Final report")), ("interim", N_("Interim report")))),
            FormField("contributions_by", N_("Contributions until"), "date"),
            _SAID,
        ),
    ),
    "contribute": FormWords(
        N_("Contribute to the report"),
        N_("Everybody who sees the case can read it."),
        N_("Contribute"),
        (_say(N_("Contribution")),),
    ),
    "recommend": FormWords(
        N_("Add a recommendation"),
        N_("It is followed across cases once the report is accepted."),
        N_("Add"),
        (
            _say(N_("Recommendation")),
            FormField("to", N_("Addressed to"), "members"),
            FormField("owner", N_("Owner"), "member", N_("Empty: the secretariat.")),
            FormField("due", N_("Due"), "date"),
        ),
    ),
    "table": FormWords(
        N_("Table the report"),
        N_("The Steering Group reviews it: it is adopted unless somebody objects in time."),
        N_("Table it"),
        (_SAID,),
    ),
    "object": FormWords(
        N_("Object"),
        N_("The report, or the outcome that was verified, is opened again."),
        N_("Object"),
        (
            FormField(
                "outcome",
                N_("To the verification of"),
                "choice",
                N_("Empty: to the report."),
                choices=outcomes("verified"),
            ),
            _say(N_("Why")),
        ),
        danger=True,
    ),
    "revise": FormWords(
        N_("Revise the report"),
        N_("Positions on the version before are void, and all are asked again."),
        N_("Revise"),
        (_say(N_("What is changed")),),
    ),
    "circulate": FormWords(
        N_("Propose a circulation"),
        N_("The Co-Chairs decide; every member that is named must consent first."),
        N_("Propose"),
        (
            _which(
                "what",
                N_("What is told"),
                of(("summary", N_("A summary")), ("full", N_("The full report")), ("nothing", N_("Nothing"))),
            ),
            _which(
                "everyone",
                N_("To whom"),
                of(
                    ("everyone", N_("Every member and organisation")),
                    ("participants", N_("The participants")),
                    ("members", N_("The members chosen below")),
                ),
            ),
            FormField("to", N_("Members"), "members"),
            FormField("names", N_("Who is named"), "members", N_("Others appear as “a member” or “an organisation”.")),
            _say(N_("The text"), must=False),
        ),
    ),
    "consent": FormWords(
        N_("Consent to being named"),
        N_("The word can be changed until the circulation goes out."),
        N_("Answer"),
        (
            _which(
                "answer",
                N_("Your answer"),
                of(("give", N_("My member may be named")), ("refuse", N_("My member may not be named"))),
            ),
            _SAID,
        ),
    ),
    "adopt": FormWords(
        N_("Say what became of a recommendation"),
        N_("Its addressees and its owner are told."),
        N_("Say so"),
        (
            _which("recommendation", N_("Recommendation"), recommendations),
            _which(
                "state", N_("It is"), of(("adopted", N_("Adopted")), ("done", N_("Done")), ("declined", N_("Declined")))
            ),
            _SAID,
        ),
    ),
    "waive": FormWords(
        N_("Waive a term of reference"),
        N_("The case can be closed without evidence for it."),
        N_("Waive"),
        (_which("term", N_("Term of reference"), terms), _say(N_("Why"))),
    ),
    "close": FormWords(N_("Propose to close the case"), N_("Both Co-Chairs decide."), N_("Propose to close"), (_SAID,)),
    # posts
    "delegate": FormWords(
        N_("Name an alternate"),
        N_("The post keeps its holder; escalations go to the alternate."),
        N_("Name an alternate"),
        (
            FormField("to", N_("Alternate"), "person", must=True),
            FormField("until", N_("Until"), "date"),
            FormField("post", N_("Post"), "choice", choices=posts),
            _SAID,
        ),
    ),
    "hand_over": FormWords(
        N_("Hand a post over"),
        N_("Its pending tasks stay with the post; the holder before loses access at once."),
        N_("Hand over"),
        (
            FormField("to", N_("New holder"), "person", must=True),
            FormField("post", N_("Post"), "choice", choices=posts),
            _SAID,
        ),
        danger=True,
    ),
}
"""Every command that has a form of this kind; ``draft``, ``submit`` and ``resubmit`` have the request's own pages."""
