"""Posts change hands: an alternate for a time, or a new holder. Tasks stay with the post."""

from datetime import UTC, date, datetime

from models import events as e
from models.authentication import Standing
from models.base import Value
from models.commands import ActFor, AnnounceDay, Delegate, HandOver, Person, TakeOver
from models.mail_addresses import folded
from models.policy import HandingOver
from models.posts import SECRETARIAT, Post, Role
from models.refusal import RefusalKind
from models.rules.actors import BY_ANYBODY
from models.rules.checks import refuse
from models.rules.context import RuleContext
from models.rules.table import OPEN_STAGES, rule
from models.zones import day_in


def only_its_holder(post: Post, by: Post, standing: Standing) -> str | None:
    """Why somebody who acts as ``by`` may not say who holds a post or stands in, as an alternate; None when it may."""
    if post != by or standing is not Standing.ALTERNATE:
        return None
    return f"Only the holder of {post} or the secretariat says who holds it and who stands in; an alternate does not."


def may_change_hands(body: Value, by: Post, standing: Standing) -> str | None:
    """Why somebody who acts as ``by`` may not give this command on who holds a post or stands in; None when it may.

    What the secretariat says of a Co-Chair's post is announced in the directory, where its holder can stop it, and a case
    only hears of it. Nobody says it in the name of another post.
    """
    if isinstance(body, ActFor) and isinstance(body.command, (Delegate, HandOver, TakeOver)):
        return "Nobody hands a post over, or names an alternate, in another's name; the secretariat does it in its own."
    if isinstance(body, TakeOver) != (standing is Standing.NAMED):
        return _not_the_one_named(body, by, standing)
    heard = standing is Standing.DIRECTORY
    if not isinstance(body, (Delegate, HandOver)):
        words = "A case hears from the directory who holds a post, who stands in and announced days, and nothing else."
        return words if heard and not isinstance(body, AnnounceDay) else None
    post = body.post or by
    if post != by and post.role is Role.CO_CHAIR and not heard:
        return (
            f"{post} is a Co-Chair's post: its holder hands it over and names alternates, or the secretariat announces "
            "it in the directory, where its holder can stop it."
        )
    return only_its_holder(post, by, standing)


def _not_the_one_named(body: Value, by: Post, standing: Standing) -> str | None:
    """Why a post is not taken over like this, or nothing else is done by whom it is offered."""
    if standing is Standing.NAMED:
        return f"Whom {by} is offered takes it over first; nothing else is done before."
    if standing is Standing.POST:
        return None  # the command line of the deployment: other programs and links are refused by their means
    return f"Only the person to whom {by} is offered takes it over, under the address that was named."


def _own_post(context: RuleContext, post: Post | None) -> Post:
    meant = post or context.by
    if meant != context.by and context.by != SECRETARIAT:
        raise refuse(
            f"Only {meant} itself or the secretariat may hand over or delegate that post.", RefusalKind.FORBIDDEN
        )
    if not context.case.directory.holds(meant):
        raise refuse(f"There is no post {meant} in the directory.", RefusalKind.NOT_FOUND)
    return meant


_BY_THE_OFFICE = datetime(2026, 11, 29, tzinfo=UTC)
"""What cases of before were told until then counts by the day in UTC, as it did."""


def check_last_day(until: date | None, now: datetime, zone: str) -> None:
    """Whether somebody could stand in until the end of a day, as the office's time zone (IANA) has it.

    Raises:
        Refused: that day is over.
    """
    if until is not None and until < day_in(zone, now):
        raise refuse("The delegation would end before it begins.", RefusalKind.INVALID)


@rule("delegate", "name an alternate for its post", BY_ANYBODY, OPEN_STAGES, own_word=True)
def delegate(context: RuleContext, body: Delegate) -> None:
    """Name an alternate that may act for the post until a date; the post keeps its holder."""
    post, now = _own_post(context, body.post), context.now
    by_the_office = context.case.policy.closes is not None or now >= _BY_THE_OFFICE
    check_last_day(body.until, now, context.case.calendars.of(post.member).zone if by_the_office else "UTC")
    context.emit(e.Delegated(post=post, to=body.to, until=body.until, text=body.text))


@rule("hand_over", "hand its post over", BY_ANYBODY, OPEN_STAGES, own_word=True)
def hand_over(context: RuleContext, body: HandOver) -> None:
    """Name another person that holds the post from now on; or from when that person takes it over, by policy.

    What the secretariat corrects takes effect at once: the holder before may be gone.
    """
    post = _own_post(context, body.post)
    at_once = context.case.policy.handing_over is HandingOver.AT_ONCE or SECRETARIAT in (context.by, post)
    if at_once:
        context.emit(e.HandedOver(post=post, to=body.to, text=body.text))
        return
    if not body.to.email:
        raise refuse("Who is to hold the post takes it over under a mail address; give it.", RefusalKind.INVALID)
    context.emit(e.HandOverOffered(post=post, to=body.to, text=body.text))


@rule(
    "take_over",
    "take its post over, where it is offered",
    BY_ANYBODY,
    OPEN_STAGES,
    ready=lambda case, post: post in case.offers,
    own_word=True,
)
def take_over_post(context: RuleContext, body: TakeOver) -> None:
    """The person to whom the post is offered holds it from now on."""
    offer = context.case.offers.get(context.by)
    if offer is None or folded(offer.email) != folded(body.email):
        raise refuse(f"{context.by} is not offered to {body.email} any more.", RefusalKind.CONFLICT)
    to = Person(name=offer.name, email=offer.email, language=offer.language)
    context.emit(e.HandedOver(post=context.by, to=to, text=body.text))
