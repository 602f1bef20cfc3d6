"""The form of each command, in the order of the procedure. A test holds that each field of a command has its place."""

from models.base import N_
from models.case import PositionKind
from web.kit.forms import choices
from web.kit.forms.field import (
    FIGURES,
    GROUND_WORDS,
    GROUNDS,
    FormField,
    FormWords,
    choice_field,
    form,
    option_field,
    words_field,
)

_NAMED = N_("Each is asked for its consent. What is told holds no name of anybody else.")
_KEPT = (
    FormField(
        "keep", N_("Names that stay without consent"), "lines", N_("As they are written in the text, one a line.")
    ),
    FormField("why_kept", N_("Why they stay"), "prose", N_("Both Co-Chairs take it on by approving.")),
)

FORMS: dict[str, FormWords] = {
    # the request
    "return": form(
        (N_("Send the request back"), N_("Send back")),
        N_("The requester is told what is missing and can submit a new version."),
        FormField("missing", N_("What is missing"), "lines", N_("One thing a line."), True),
    ),
    "accept": form(
        (N_("Accept the request as complete"), N_("Accept as complete")),
        N_("It goes to both Co-Chairs, and their time begins."),
    ),
    "withdraw": form(
        (N_("Withdraw the request"), N_("Withdraw")),
        N_("With the last requester's withdrawal the case ends. This cannot be undone."),
        danger=True,
    ),
    "join": form(
        (N_("Submit the request jointly"), N_("Join")),
        N_("Your member becomes a requester as well. Say how it is affected, unless the request does."),
        GROUNDS,
    ),
    "review_ground": form(
        (N_("Confirm or dispute how a member is affected"), N_("Save")),
        N_("The requesters, the Co-Chairs and the secretariat are told; who is disputed is not proposed first."),
        choice_field("member", N_("Member"), choices.affected_members),
        option_field("ground", N_("Ground"), GROUND_WORDS),
        option_field("view", N_("Your view"), {"confirm": N_("It holds"), "dispute": N_("It does not hold (say why)")}),
        words_field(N_("Why"), must=False),
    ),
    # the gates
    "decide": form(
        (N_("Take a position"), N_("Take this position")),
        N_("It is bound to the version shown here. It can be changed until the other position is in."),
        choice_field("gate", N_("What is decided"), choices.gates),
        option_field(
            "position",
            N_("Your position"),
            {
                PositionKind.APPROVE: N_("Approve"),
                PositionKind.APPROVE_WITH_CONDITIONS: N_("Approve with conditions (say which)"),
                PositionKind.ASK: N_("Ask for information (the clock stops until it is answered)"),
                PositionKind.DECLINE: N_("Decline (say why)"),
                PositionKind.RECUSE: N_("Recuse: the post's place is taken by a Steering Group member"),
            },
        ),
        words_field(
            N_("Conditions, reasons or question"), N_("Needed for everything but approving and recusing."), must=False
        ),
    ),
    "answer": form(
        (N_("Answer the question"), N_("Answer")),
        N_("The clock runs again, and the Co-Chairs are told."),
        choice_field("gate", N_("Asked about"), choices.asking_gates),
        words_field(N_("The answer")),
    ),
    # participants
    "propose": form(
        (N_("Propose participants"), N_("Propose")),
        N_("The newest word on a member counts. The Co-Chairs confirm the list."),
        FormField("members", N_("As participants"), "members"),
        FormField("observers", N_("As observers"), "members"),
        FormField("without", N_("Remove from the list"), "members"),
        words_field(N_("Why"), must=False),
    ),
    "comment": form(
        N_("Comment"),
        N_("On the participants or on a report. Everybody who sees the case can read it."),
        words_field(N_("Comment")),
    ),
    "respond": form(
        (N_("Answer the invitation"), N_("Answer")),
        N_("The group and the Co-Chairs are told."),
        option_field(
            "answer",
            N_("Your answer"),
            {"accept": N_("Take part"), "observe": N_("Take part as an observer"), "decline": N_("Decline")},
        ),
    ),
    "replace": form(
        (N_("Propose a replacement"), N_("Propose")),
        N_("The other member is invited in its place."),
        choice_field("member", N_("Member to replace"), choices.listed_members),
        FormField("by", N_("Replacement"), "member", must=True),
    ),
    "admit": form(
        (N_("Admit a member later"), N_("Admit")),
        N_("The Steering Group may object for a time. Then the group is asked to endorse it."),
        FormField("member", N_("Member"), "member", must=True),
        FormField("observer", N_("As an observer"), "yes"),
    ),
    "endorse": form(
        (N_("Endorse the admission"), N_("Endorse")),
        N_("The member is invited once the group has endorsed it."),
        choice_field("member", N_("Member"), choices.admitted),
    ),
    "leave": form(
        (N_("Leave the group"), N_("Leave")),
        N_("Your member takes no part any more, and leaves its arrangements."),
        FormField(
            "outcomes_to", N_("Who owns its outcomes from now on"), "member", N_("Empty: the secretariat keeps them.")
        ),
        danger=True,
    ),
    "convene": form(
        (N_("Convene the group"), N_("Convene")), N_("Its work begins without waiting for the last answers.")
    ),
    # outcomes
    "add_outcome": form(
        (N_("Add an outcome"), N_("Add")),
        N_("Owner and supporters are of the group, and are asked to take it on; the overdue ladder follows its date."),
        FormField("title", N_("Outcome"), must=True),
        FormField("owner", N_("Owner"), "member"),
        FormField("supporting", N_("Supporting"), "members"),
        FormField("indicator", N_("Indicator"), help=N_("What is counted, for instance joint patrols.")),
        FormField("baseline", N_("Baseline"), "number"),
        FormField("target", N_("Target"), "number"),
        FormField("unit", N_("Unit")),
        FormField("due", N_("Due"), "date"),
    ),
    "amend_outcome": form(
        (N_("Amend an outcome"), N_("Amend")),
        N_("Who works on it and both Co-Chairs are told; its history shows what it was. What is left empty stays."),
        choice_field("outcome", N_("Outcome"), choices.outcomes("open", "blocked", "done")),
        FormField("owner", N_("Owner"), "member"),
        FormField("supporting", N_("Supporting"), "members"),
        FormField("indicator", N_("Indicator")),
        FormField("target", N_("Target"), "number"),
        FormField("unit", N_("Unit")),
        FormField("due", N_("Due"), "date"),
        words_field(N_("Why")),
    ),
    "take_on": form(
        (N_("Take an outcome on, or not"), N_("Answer")),
        N_("Your member is bound by nothing that it has not taken on. The Co-Chairs and the secretariat are told."),
        choice_field("outcome", N_("Outcome"), choices.offered_outcomes),
        option_field(
            "answer", N_("Your answer"), {"accept": N_("We take it on"), "decline": N_("We do not take it on")}
        ),
    ),
    "progress": form(
        (N_("Note progress"), N_("Save")),
        N_("It is shown with the outcome."),
        choice_field("outcome", N_("Outcome"), choices.outcomes("open", "blocked")),
        FormField("value", N_("Value of the indicator now"), "number"),
    ),
    "block": form(
        (N_("Report an outcome as blocked"), N_("Report as blocked")),
        N_("Reminders stop until there is progress."),
        choice_field("outcome", N_("Outcome"), choices.outcomes("open")),
        words_field(N_("Why it cannot go on")),
    ),
    "done": form(
        (N_("Report an outcome as done"), N_("Report as done")),
        N_("A Co-Chair verifies it."),
        choice_field("outcome", N_("Outcome"), choices.outcomes("open", "blocked")),
    ),
    "verify": form(
        (N_("Verify an outcome"), N_("Verify")),
        N_("The other Co-Chair may object within a gate's deadline."),
        choice_field("outcome", N_("Outcome"), choices.to_verify),
        words_field(
            N_("Why less than the target is enough"),
            N_("Where the value does not reach the target, it covers no term of reference without these words."),
            must=False,
        ),
    ),
    # arrangements
    "add_arrangement": form(
        (N_("Propose an arrangement"), N_("Propose")),
        N_("It is in force when every party has agreed."),
        FormField("title", N_("Arrangement"), must=True),
        FormField("parties", N_("Parties"), "members", must=True),
        FormField("kind", N_("What kind of information"), help=N_("Never data of single persons.")),
        FormField(
            "every", N_("How often"), help=N_("For instance weekly, every two weeks, 10d: the parties are reminded.")
        ),
        FormField("marking", N_("Marking (Traffic Light Protocol 2.0)"), "choice", choices=choices.markings),
        FormField("contacts", N_("Contact posts"), "lines", N_("One a line.")),
        FormField("begins", N_("In force from"), "date", N_("Empty: when every party has agreed.")),
        FormField("review", N_("Review on"), "date"),
    ),
    "agree": form(
        (N_("Agree to an arrangement"), N_("Agree")),
        N_("With the last party it is in force."),
        choice_field("arrangement", N_("Arrangement"), choices.own_arrangements),
    ),
    "log_exchange": form(
        (N_("Note an exchange"), N_("Save")),
        N_("What kind, when, who gave and who received; never the content."),
        choice_field("arrangement", N_("Arrangement"), choices.arrangements),
        FormField("kind", N_("What kind of information"), help=N_("Empty: that of the arrangement.")),
        FormField("on", N_("When"), "date", N_("Empty: today.")),
        FormField("gave", N_("Who gave it"), "member", N_("Empty: your own member.")),
        FormField("received", N_("Who received it"), "members", N_("Empty: all other parties.")),
        speaks=False,
    ),
    "amend_arrangement": form(
        (N_("Propose other terms of an arrangement"), N_("Propose")),
        N_("They hold when every party has agreed to them. What is left empty stays."),
        choice_field("arrangement", N_("Arrangement"), choices.arrangements),
        FormField("parties", N_("Parties"), "members", N_("All of them, those that stay included.")),
        FormField("kind", N_("What kind of information"), help=N_("Never data of single persons.")),
        FormField("every", N_("How often")),
        FormField("marking", N_("Marking (Traffic Light Protocol 2.0)"), "choice", choices=choices.other_markings),
        FormField("contacts", N_("Contact posts"), "lines", N_("One a line.")),
        FormField("review", N_("Review on"), "date"),
        words_field(N_("Why")),
    ),
    "join_arrangement": form(
        (N_("Ask to be a party to an arrangement"), N_("Ask")),
        N_("Every party is asked to agree."),
        choice_field("arrangement", N_("Arrangement"), choices.arrangements_to_join),
    ),
    "leave_arrangement": form(
        (N_("Leave an arrangement"), N_("Leave")),
        N_("The other parties are told. With fewer than two parties it ends."),
        choice_field("arrangement", N_("Arrangement"), choices.own_arrangements),
        danger=True,
    ),
    "end_arrangement": form(
        (N_("Propose to end an arrangement"), N_("Propose")),
        N_("It ends when every party has agreed; one that is not in force yet is taken back at once."),
        choice_field("arrangement", N_("Arrangement"), choices.arrangements),
        words_field(N_("Why")),
        danger=True,
    ),
    "review_arrangement": form(
        (N_("Review an arrangement"), N_("Record the review")),
        N_("The next review is reminded of in time."),
        choice_field("arrangement", N_("Arrangement"), choices.arrangements),
        FormField("review", N_("Next review on"), "date"),
    ),
    # meetings and situation updates
    "schedule_meeting": form(
        (N_("Call a meeting"), N_("Call the meeting")),
        N_("The group gets an invitation with a calendar file. The same title moves it."),
        FormField("title", N_("Meeting"), must=True),
        FormField("place", N_("Place")),
        FormField("starts", N_("Begins"), "moment", N_("In your own time zone."), True),
        FormField("ends", N_("Ends"), "moment"),
        FormField("agenda", N_("Agenda"), "lines", N_("One point a line.")),
    ),
    "cancel_meeting": form(
        (N_("Call a meeting off"), N_("Call it off")),
        N_("It goes out of the calendars of the group."),
        choice_field("meeting", N_("Meeting"), choices.meetings_to_come),
        words_field(N_("Why")),
        danger=True,
    ),
    "attend": form(
        (N_("Note attendance"), N_("Save")),
        N_("An absent affected member is shown as absent."),
        choice_field("meeting", N_("Meeting"), choices.meetings),
        FormField("present", N_("Present"), "members"),
        FormField("observing", N_("Observing"), "members"),
        FormField("absent", N_("Absent"), "members"),
    ),
    "situation_update": form(
        (N_("Give a situation update"), N_("Send the update")),
        N_("The group is told; the next one is due one rhythm later."),
        words_field(N_("How the situation stands"), must=False),
        FIGURES,
    ),
    # how long the case runs, and its clock
    "extend": form(
        N_("Ask for an extension"),
        N_("The Co-Chairs decide."),
        FormField("until", N_("Until"), "date", N_("Empty, with no length: by the policy's own duration.")),
        FormField("by", N_("Or by"), help=N_("A length of time: 3mo, 60d.")),
    ),
    "terminate": form(N_("Ask for an early end"), N_("The Co-Chairs decide."), danger=True),
    "suspend": form(
        N_("Stop the clock"),
        N_("No deadline runs until it is started again."),
        FormField("review", N_("Look at it again on"), "date", N_("Empty: after the time that the policy says.")),
        words_field(N_("Why")),
        danger=True,
    ),
    "resume": form(
        (N_("Start the clock again"), N_("Start the clock")), N_("Every deadline moves by the time that it stood.")
    ),
    "announce_day": form(
        N_("Enter an announced day"),
        N_("It is entered in the directory, where somebody else confirms it; each running case then hears of it."),
        FormField("office", N_("Office"), "member", must=True),
        FormField("first", N_("Day"), "date", must=True),
        FormField("last", N_("Last day"), "date", N_("Where there are several.")),
        FormField("closed", N_("The office is closed then"), "yes"),
    ),
    # reports and their recommendations
    "open_report": form(
        (N_("Open a report"), N_("Open")),
        N_("A final report moves the case to reporting."),
        option_field("kind", N_("Which report"), {"final": N_("Final report"), "interim": N_("Interim report")}),
        FormField("contributions_by", N_("Contributions until"), "date"),
    ),
    "contribute": form(
        (N_("Contribute to the report"), N_("Contribute")),
        N_("Everybody who sees the case can read it."),
        words_field(N_("Contribution")),
    ),
    "recommend": form(
        (N_("Add a recommendation"), N_("Add")),
        N_("It is followed across cases once the report is accepted."),
        words_field(N_("Recommendation")),
        FormField("to", N_("Addressed to"), "members"),
        FormField("owner", N_("Owner"), "member", N_("Empty: the secretariat.")),
        FormField("due", N_("Due"), "date"),
    ),
    "table": form(
        N_("Table the report"), N_("The Steering Group reviews it: it is adopted unless somebody objects in time.")
    ),
    "object": form(
        N_("Object"),
        N_("The report, or the outcome that was verified, is opened again; the member is not admitted."),
        FormField(
            "outcome",
            N_("To the verification of"),
            "choice",
            N_("Empty: to the report."),
            choices=choices.outcomes("verified"),
        ),
        FormField(
            "member", N_("To the admission of"), "choice", N_("Empty: to the report."), choices=choices.considered
        ),
        words_field(N_("Why")),
        danger=True,
    ),
    "revise": form(
        (N_("Revise the report"), N_("Revise")),
        N_(
            "Before adoption it is a draft again. After adoption the Steering Group's silence begins anew, unless the "
            "form alone is corrected and both Co-Chairs approve it as that."
        ),
        words_field(N_("What is changed"), N_("Of a correction of form: how the words read now.")),
        FormField(
            "corrects",
            N_("Words that are corrected in form"),
            "prose",
            N_("Only after adoption, and where nothing but the form changes; else empty."),
        ),
    ),
    "adopt": form(
        (N_("Record what became of a recommendation"), N_("Save")),
        N_("Its addressees and its owner are told."),
        choice_field("recommendation", N_("Recommendation"), choices.recommendations),
        option_field("state", N_("It is"), {"adopted": N_("Adopted"), "done": N_("Done"), "declined": N_("Declined")}),
    ),
    # circulations, and closing
    "circulate": form(
        (N_("Propose a circulation"), N_("Propose")),
        N_("The Co-Chairs decide; every member that is named must consent first."),
        option_field(
            "what",
            N_("What is circulated"),
            {"summary": N_("A summary"), "full": N_("The full report"), "nothing": N_("Nothing")},
        ),
        option_field(
            "everyone",
            N_("To whom"),
            {
                "everyone": N_("Every member and organisation"),
                "participants": N_("The participants"),
                "members": N_("The members chosen below"),
            },
        ),
        FormField("to", N_("Members"), "members"),
        FormField("names", N_("Who is named"), "members", _NAMED),
        words_field(N_("The text"), must=False),
        *_KEPT,
    ),
    "reword": form(
        (N_("Write a circulation in other words"), N_("Propose the new wording")),
        N_(
            "Positions and consents were given to the old wording: the Co-Chairs and all who are named are asked again."
        ),
        option_field(
            "what",
            N_("What is circulated"),
            {"": N_("As before"), "summary": N_("A summary"), "full": N_("The full report"), "nothing": N_("Nothing")},
        ),
        FormField("names", N_("Who is named"), "members", _NAMED),
        words_field(N_("The text")),
        *_KEPT,
    ),
    "consent": form(
        (N_("Consent to being named"), N_("Answer")),
        N_("The word can be changed until the circulation goes out."),
        option_field(
            "answer",
            N_("Your answer"),
            {"give": N_("My member may be named"), "refuse": N_("My member may not be named")},
        ),
    ),
    "waive": form(
        (N_("Waive a term of reference"), N_("Waive")),
        N_("When both Co-Chairs have waived it, the case can be closed without evidence for it."),
        choice_field("term", N_("Term of reference"), choices.terms),
        words_field(N_("Why")),
    ),
    "close": form((N_("Propose to close the case"), N_("Propose to close")), N_("Both Co-Chairs decide.")),
    # posts
    "contest": form(
        (N_("Contest what was recorded in your name"), N_("Contest")),
        N_(
            "Both Co-Chairs and the secretariat are told. A position, a word on an outcome, a waiver or an answer to a "
            "recommendation holds no more while the matter is open, and your post is asked anew; a decision that was "
            "taken stands, and is shown as contested."
        ),
        FormField("entry", N_("What was recorded"), "choice", choices=choices.recordings),
        FormField("recommendation", N_("Or the answer to a recommendation"), "choice", choices=choices.recommendations),
        words_field(N_("What is wrong with it")),
        danger=True,
    ),
    "delegate": form(
        N_("Name an alternate"),
        N_("The post keeps its holder; escalations go to the alternate."),
        FormField("to", N_("Alternate"), "person", must=True),
        FormField("until", N_("Until"), "date"),
        FormField("post", N_("Post"), "choice", choices=choices.posts),
    ),
    "hand_over": form(
        (N_("Hand a post over"), N_("Hand over")),
        N_(
            "Its pending tasks stay with the post. The new holder takes it over in person, by a link in a mail; "
            "until then the holder stays, and then loses access at once."
        ),
        FormField("to", N_("New holder"), "person", must=True),
        FormField("post", N_("Post"), "choice", choices=choices.posts),
        danger=True,
    ),
}
"""Every command that has a form of this kind; ``draft``, ``submit`` and ``resubmit`` have the request's own pages."""
