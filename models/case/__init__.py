"""The whole state of one case: a single serialisable value that the workflow carries and the rules read.

It holds what the rules need and no more; texts of contributions, exchanges and progress entries stand in the
event log. Each part of the procedure has its module, named as in ``models.commands``: ``gates``, ``participants``,
``outcomes``, ``arrangements``, ``meetings``, ``reporting``, ``circulation``, ``closing``; ``stage`` has stages, the clock
and suspension, ``recordings`` what was recorded in a post's name, ``offers`` posts that wait for their new holder. The
whole stands here.
"""

from collections.abc import Mapping
from functools import partial
from itertools import compress
from operator import attrgetter, eq

from pydantic import Field

from models.base import Day, Instant, Line, Prose, Value, shared
from models.calendars import Calendars, WorkingDays
from models.case.arrangements import Arrangement
from models.case.circulation import Circulation, Consent, NameInText
from models.case.closing import Term
from models.case.gates import Decider, Gate, GateName, GateOutcome, Position, PositionKind, Question
from models.case.meetings import Meeting
from models.case.offers import Offer
from models.case.outcomes import Outcome, OutcomeState
from models.case.participants import Participant, ParticipantState, Seat
from models.case.recordings import Recording
from models.case.reporting import Correction, Recommendation, Report, ReportState
from models.case.stage import Clock, Stage, Suspension
from models.grounds import GroundReview
from models.ladder import Ladder
from models.ladder_subjects import SubjectKind, subject_of
from models.members import Directory
from models.policy import Circulating, Obligations, Policy, Track
from models.posts import SECRETARIAT, Post
from models.request import Request, fingerprint


class Touch(Value):
    """The newest change of one part of a case: its place in the log, who made it and by which command."""

    seq: int
    by: Post
    do: str


_STATE = attrgetter("state")


class Case(Value):
    """One case.

    ``seq`` and ``head`` are number and hash of the newest entry in its log. ``recent`` holds the newest
    command ids with the entry each led to, ``touched`` the newest change of each part, by which stale forms
    are told apart.
    ``recordings``: what was recorded in posts' names, by the number of the first entry of each; the newest of them.
    ``offers``: the posts that wait to be taken over.
    ``waiver_words``: what each of the Co-Chairs has said for waiving a term; ``waivers``: of those that are waived;
    ``waived_at``: when each of them said so.
    ``active_day``: the last day of an extension, as the office named it that asked.
    ``withdrew``: who submitted jointly and then left the request to the others.
    ``ground_reviews``: what the Steering Group's members said of grounds, the newest word of each.
    """

    __slots__ = ("_at_most",)  # neither a part of the case nor sent anywhere, and a copy does not have it

    reference: str
    directory: Directory
    policy: Policy
    calendars: Calendars = Field(repr=False)

    seq: int = 0
    head: str = ""
    recent: Mapping[str, int] = {}
    touched: Mapping[str, Touch] = {}

    stage: Stage = Stage.DRAFT
    stage_since: Instant | None = None
    opened_at: Instant | None = None
    updated_at: Instant | None = None

    request: Request = Request()
    version: int = 0
    requesters: tuple[str, ...] = ()
    withdrew: tuple[str, ...] = ()
    returned: tuple[Line, ...] = ()
    ground_reviews: tuple[GroundReview, ...] = ()

    gates: Mapping[GateName, Gate] = {}
    participants: Mapping[str, Participant] = {}
    outcomes: Mapping[str, Outcome] = {}
    arrangements: Mapping[str, Arrangement] = {}
    meetings: Mapping[str, Meeting] = {}
    reports: Mapping[int, Report] = {}
    recommendations: Mapping[int, Recommendation] = {}
    circulations: Mapping[int, Circulation] = {}
    waivers: Mapping[Term, Prose] = {}
    waiver_words: Mapping[Term, Mapping[Post, Prose]] = {}
    waived_at: Mapping[Term, Mapping[Post, Instant]] = {}

    active_until: Instant | None = None
    active_day: Day | None = None
    updates: int = 0
    suspension: Suspension | None = None
    recordings: Mapping[int, Recording] = {}
    offers: Mapping[Post, Offer] = {}
    ladders: Mapping[str, Ladder] = {}

    @property
    def at_most(self) -> int | None:
        """The bytes that it has at most (``models.case_size``); None where nobody knows."""
        return getattr(self, "_at_most", None)

    def has_at_most(self, size: int | None) -> None:
        """Keep how large it is at most. It is told from the state, and is no part of it."""
        object.__setattr__(self, "_at_most", size)

    def slim(self) -> "Case":
        """The same case, holding what it copied from the deployment in common with the cases that copied alike."""
        same = {"directory": shared(self.directory), "calendars": shared(self.calendars), "policy": shared(self.policy)}
        return self.model_copy(update=same)

    @property
    def track(self) -> Track:
        """The deadlines of this case's urgency."""
        return self.policy.track(self.request.urgency)

    @property
    def working_days(self) -> WorkingDays:
        """How this case counts working days: in the calendars, and by the policy, that it was submitted under."""
        return WorkingDays(self.calendars, self.policy.closes)

    def gates_meant(self, post: Post) -> list[Gate]:
        """The open gates that a post may mean that names none: those that it decides, else all."""
        return [gate for gate in self.open_gates if gate.decider(post)] or list(self.open_gates)

    @property
    def report(self) -> Report | None:
        """The newest report."""
        return self.reports[max(self.reports)] if self.reports else None

    @property
    def circulation(self) -> Circulation | None:
        """The newest circulation."""
        return self.circulations[max(self.circulations)] if self.circulations else None

    @property
    def told_at_the_end(self) -> bool:
        """Whether what is to be circulated when the case ends goes on: to its Co-Chairs, to those it names, and out."""
        return self.policy.to_the_end and self.policy.circulating is Circulating.AT_EVERY_TURN

    def outcomes_in(self, state: OutcomeState) -> list[Outcome]:
        """The outcomes in a state, in their order; quick, since it is asked of hundreds at each step."""
        outcomes = self.outcomes.values()
        return list(compress(outcomes, map(partial(eq, state), map(_STATE, outcomes))))

    @property
    def followed_recommendations(self) -> dict[int, Recommendation]:
        """The recommendations of accepted reports, by number: what is followed across cases."""
        accepted = {number for number, report in self.reports.items() if report.state is ReportState.ACCEPTED}
        known = self.recommendations.items()
        return {number: one for number, one in known if one.report in accepted and not one.held}

    def taken_on(self, outcome: Outcome, member: str) -> bool:
        """Whether a member works on an outcome by its own word; by a policy of before, whoever is named does."""
        return self.policy.obligations is Obligations.AS_NAMED or member in outcome.taken_on

    def yet_to_take_on(self, outcome: Outcome) -> tuple[str, ...]:
        """Those of its owner and supporters that have not said whether they take an outcome on."""
        if outcome.state not in ("open", "blocked") or self.policy.obligations is Obligations.AS_NAMED:
            return ()
        if not outcome.supporting and (outcome.returned or outcome.owner in (*outcome.taken_on, outcome.refused_by)):
            return ()  # as mostly: it is asked of hundreds, at each step
        named = dict.fromkeys((*(() if outcome.returned else (outcome.owner,)), *outcome.supporting))
        return tuple(code for code in named if code != outcome.refused_by and not self.taken_on(outcome, code))

    def in_the_group(self, member: str) -> bool:
        """Whether a member is in the group, leads it or serves it: whether it may take on what the group agrees."""
        leads = any(post.member == member for post in (*self.directory.co_chairs, SECRETARIAT))
        return leads or self.is_requester(member) or member in self.taking_part()

    def ladder(self, kind: SubjectKind, about: str = "") -> Ladder | None:
        """The ladder of something that waits; None where it does not wait."""
        return self.ladders.get(subject_of(kind, about))

    @property
    def open_gates(self) -> tuple[Gate, ...]:
        """The gates that wait for positions."""
        return tuple(gate for gate in self.gates.values() if gate.open)

    def waiting_gate(self, name: GateName) -> Gate | None:
        """The gate, if it waits for positions."""
        gate = self.gates.get(name)
        return gate if gate and gate.open else None

    def recused(self, co_chair: Post) -> bool:
        """Whether another sits in a Co-Chair's place, at a gate that is open or at the one that was opened last."""
        return co_chair in self._places_taken

    @property
    def sitting(self) -> tuple[Post, ...]:
        """Who sits in the Co-Chairs' places, by the same gates: each itself, or who has taken its place."""
        taken = self._places_taken
        return tuple(taken.get(post, post) for post in self.directory.co_chairs)

    @property
    def _places_taken(self) -> dict[Post, Post]:
        newest = sorted(self.gates.values(), key=lambda gate: gate.opened_at)[-1:]
        deciders = (decider for gate in (*newest, *self.open_gates) for decider in gate.deciders)
        return {one.place_of: one.post for one in deciders if one.post != one.place_of}

    @property
    def ends_early(self) -> bool:
        """Whether both Co-Chairs have approved an early end. What it still owes comes first (``terms_covered``)."""
        gate = self.gates.get(GateName.TERMINATION)
        return gate is not None and gate.outcome is GateOutcome.APPROVED

    @property
    def stands(self) -> bool:
        """Whether no deadline runs, since the case is suspended; after its end only what is to be circulated has any."""
        return self.suspension is not None and not self.stage.final

    @property
    def clock(self) -> Clock:
        """Stopped while the case is suspended or a question of a Co-Chair is open; a case that has ended has no clock."""
        asked = any(gate.open and gate.questions for gate in self.gates.values())
        return Clock.STOPPED if self.stands or asked else Clock.RUNNING

    @property
    def subject(self) -> str:
        """What a position on the request is bound to (SHA-256): its text and who submits it."""
        return fingerprint(self.request.model_dump(mode="json", by_alias=True), sorted(self.requesters))

    def is_requester(self, member: str) -> bool:
        """Whether the member submitted the request, alone or jointly."""
        return member in self.requesters

    def taking_part(self, *, seat: Seat | None = None) -> tuple[str, ...]:
        """The members in the group; with ``seat``, only those that are there as that."""
        states = {Seat.PARTICIPANT: ParticipantState.ACCEPTED, Seat.OBSERVER: ParticipantState.OBSERVER}
        there = (one for one in self.participants.values() if one.takes_part)
        return tuple(one.member for one in there if seat is None or one.state is states[seat])

    def considered(self, member: str) -> bool:
        """Whether the Steering Group may still object to the member's later admission."""
        return self.ladder(SubjectKind.CONSIDERED, member) is not None

    @property
    def invited(self) -> tuple[str, ...]:
        """The members that are invited and have not answered yet."""
        return tuple(p.member for p in self.participants.values() if p.state is ParticipantState.INVITED)
