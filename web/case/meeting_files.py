"""A meeting of a case as a calendar file, for whoever sees the meeting: the same event as in the mail that called it."""

from fastapi import APIRouter, HTTPException, Response

from notifications.addresses import case_address
from notifications.compose import meeting_file
from web.case.seen import AtCase
from web.kit.visitor import current_site

router = APIRouter(prefix="/cases/{reference}/meetings", include_in_schema=False)


@router.get("/{number}.ics")
async def meeting_calendar_file(at: AtCase, number: str) -> Response:
    """The file of the meeting with that number, counted from 1 as on the page of the case.

    404 too when it was called off, or for a time that is no date: then there is nothing that a calendar could hold.
    """
    meetings, reference = list(at.seen.case.meetings.values()), at.case.reference
    if not number.isascii() or not number.isdigit() or not 0 < int(number[:9]) <= len(meetings):
        raise HTTPException(404)
    if meetings[int(number) - 1].cancelled:
        raise HTTPException(404)
    site = current_site(at.request)
    written = meeting_file(
        meetings[int(number) - 1],
        reference,
        sequence=at.case.seq,
        at=site.clock(),
        mail_from=site.settings.mail_from,
        reply_to=await site.reply_to(),
        url=site.settings.public_url + case_address(reference),
    )
    if written is None:
        raise HTTPException(404)
    headers = {
        "Content-Disposition": f'attachment; filename="{reference}-meeting-{int(number)}.ics"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(written, media_type="text/calendar; charset=utf-8", headers=headers)
