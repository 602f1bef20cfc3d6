"""Every kind of notice."""

from models.base import Value


class Kind(Value):
    """A kind of notice. ``asks``: the reader has to do something; ``sensitive``: mails carry only a link."""

    name: str
    summary: str
    asks: bool = False
    sensitive: bool = False


def _kinds(*rows: tuple[str, str, bool]) -> dict[str, Kind]:
    return {name: Kind(name=name, summary=summary, asks=asks) for name, summary, asks in rows}


KINDS: dict[str, Kind] = _kinds(
    # the request
    ("request_received", "A request has been submitted; its requester has it confirmed.", False),
    ("completeness_requested", "The secretariat is asked to check a request.", True),
    ("completeness_overdue", "The check of a request is overdue.", True),
    ("request_returned", "A request came back with a list of what is missing.", True),
    ("resubmission_reminder", "A returned request still waits for a new version.", True),
    ("request_joined", "Another member submits the request jointly.", False),
    ("request_withdrawn", "A requester took its request back.", False),
    # gates
    ("review_requested", "A Co-Chair is asked to decide at a gate.", True),
    (
        "review_requested_again",
        "What a gate is about was amended; positions are void and all are asked again.",
        True,
    ),
    ("review_reminder", "A gate still waits for this Co-Chair.", True),
    ("review_escalated", "A gate's deadline has passed; the alternate is asked.", True),
    ("review_overdue", "A gate is overdue; both offices and the secretariat are told.", True),
    ("position_taken", "The other Co-Chair has taken a position.", False),
    ("question_asked", "A Co-Chair asks something; the clock stands until it is answered.", True),
    ("question_answered", "A question has been answered; the clock runs again.", False),
    ("answer_overdue", "An answer is still owed.", True),
    ("consultation_opened", "The Co-Chairs disagree: consultation, then a second round.", True),
    ("decision_made", "A gate has been decided.", False),
    ("decision_lapsed", "A gate lapsed; nothing is decided.", False),
    # participants
    ("participants_proposed", "The Steering Group is asked to comment on participants.", True),
    ("list_awaited", "Another list of participants is awaited.", True),
    ("invited", "A member is invited to the group.", True),
    ("invitation_reminder", "An invitation still waits for an answer.", True),
    ("invitation_answered", "A member has answered its invitation.", False),
    ("invitation_lapsed", "An invitation lapsed without an answer.", False),
    ("minimum_missing", "Everyone has answered, but the minimum composition is not met.", True),
    ("admission_proposed", "The group is asked to endorse a later admission.", True),
    ("participant_left", "A participant has left the group.", False),
    ("group_convened", "The group is at work.", False),
    # operational
    ("outcome_assigned", "A member owns or supports a new outcome.", True),
    ("outcome_due", "An outcome is due soon.", True),
    ("outcome_overdue", "An outcome is due or overdue.", True),
    ("outcome_blocked", "An outcome is blocked.", False),
    ("outcome_done", "An outcome is done and waits for a Co-Chair to verify it.", True),
    ("outcome_verified", "A Co-Chair has verified an outcome; the other may object.", False),
    ("outcome_reopened", "An outcome is open again.", True),
    ("arrangement_proposed", "The parties are asked to agree to an arrangement.", True),
    ("arrangement_in_force", "All parties have agreed; the arrangement is in force.", False),
    ("arrangement_review_due", "An arrangement is due for review.", True),
    ("meeting_called", "A meeting is called or moved.", True),
    ("situation_update_due", "A situation update is due.", True),
    ("situation_updated", "There is a situation update.", False),
    ("activation_ending", "The activation ends soon unless it is extended.", True),
    ("activation_extended", "The activation has been extended.", False),
    ("case_suspended", "The clock of the case stands.", False),
    ("case_resumed", "The clock of the case runs again.", False),
    # reporting
    ("contributions_requested", "Participants are asked to contribute to a report.", True),
    ("report_owed", "A report waits to be tabled.", True),
    ("report_tabled", "A report is before the Steering Group under the silence procedure.", True),
    ("report_reopened", "An objection or the Co-Chairs sent a report back to drafting.", True),
    ("report_accepted", "The Co-Chairs have accepted a report.", False),
    ("consent_requested", "A member is asked to consent to being named.", True),
    ("consent_reminder", "A consent is still awaited.", True),
    ("consent_missing", "A member is not named: it did not consent.", False),
    ("closing_awaited", "The report is accepted; the case waits to be circulated or closed.", True),
    ("circulated", "The wider membership is told.", False),
    ("case_ended", "The case has ended.", False),
    # recommendations
    ("recommendation_addressed", "A recommendation is addressed to this member.", True),
    ("recommendation_due", "A recommendation is due soon.", True),
    ("recommendation_overdue", "A recommendation is due or overdue.", True),
    ("recommendation_resolved", "A recommendation was adopted, declined or done.", False),
    # posts
    ("post_handed_over", "A post has a new holder.", False),
    ("post_delegated", "A post has an alternate for a time.", False),
)
"""Every kind of notice."""
