"""What the dialog is told beside the message: own tickets, what was read in it, files, what was looked up."""

from dataclasses import replace
from datetime import datetime

from app.base.long_texts import thought_about
from app.base.references import fresh
from app.privacy import citizen_export
from app.turns import media_bursts
from intake.city import CityProfile
from intake.dialog import numbered_menu
from intake.dialog.llm_reading import with_second
from intake.filed.phone_link import CODE, code_in
from intake.filed.progress import asked_for
from intake.model.channels import traits_of
from intake.model.conversation import Conversation, Ids, Side
from intake.model.messages import Inbound
from intake.model.reading import Reading
from intake.phrases import pick_language
from intake.situation import Situation
from intake.understand.reader import read
from storage.db.database import Tx
from storage.messages.conversations import StoredConversation
from storage.surveys import phone_links
from storage.tickets import tickets
from storage.tickets.query_codes import CodeAsker
from storage.turn_store import Begun


class Gathered:
    """A citizen's situation in this city, gathered inside the turn's transaction."""

    def __init__(self, city: CityProfile) -> None:
        self._city = city

    async def situation(self, tx: Tx, begun: Begun, inbound: Inbound, now: datetime) -> Situation:
        stored = begun.stored
        files = await media_bursts.files(tx, stored.id, inbound, now, loose=begun.loose)
        held = stored.conversation.held
        situation = Situation(
            ids=self.ids(inbound, now),
            language=_language(stored.conversation, inbound),
            reading=await self._read(inbound.text, inbound, now),
            held_reading=await self._read(held.text, inbound, now) if held else None,
            tickets=begun.tickets,
            attachments=files,
            echoes=None,
        )
        if _asks_for_own(situation, inbound, stored.conversation):
            situation = replace(situation, own=await citizen_export.gather(tx, stored))
        return await self._look_up(tx, situation, stored, inbound, now)

    def ids(self, inbound: Inbound, now: datetime) -> Ids:
        """A fresh ticket's number, key and code."""
        return fresh(traits_of(inbound.address.channel).code, now, self._city.timezone)

    async def _read(self, text: str, inbound: Inbound, now: datetime) -> Reading:
        reading = await thought_about(len(text), read, text, self._city, now)
        return with_second(reading, inbound.second, self._city, now)

    async def _look_up(
        self, tx: Tx, situation: Situation, stored: StoredConversation, inbound: Inbound, now: datetime
    ) -> Situation:
        """A ticket asked for by number and code where the message names both; or a phone's code."""
        conversation = stored.conversation
        errand, code = conversation.errand, code_in(inbound.text)
        if errand is not None and errand.side is Side.BIND and errand.step == CODE and code:
            return replace(situation, code=await phone_links.tried(tx, errand.text, code, now))
        asked = asked_for(inbound.text)
        wanted = situation.reading.command == "progress" or conversation.errand is not None
        if asked is None or not wanted:
            return situation
        outcome, view = await tickets.look_up(tx, *asked, now, await _asker(tx, stored))
        return replace(situation, lookup=outcome, looked_up=view)


async def _asker(tx: Tx, stored: StoredConversation) -> CodeAsker:
    """Whoever asks for a ticket; an account that was forgotten and begins anew is still the same one."""
    phones = tuple(bound.phone for bound in await phone_links.own(tx, stored.id))
    return CodeAsker(f"{stored.address.channel.value}:{stored.address.user}", stored.id, phones)


def _language(conversation: Conversation, inbound: Inbound) -> str:
    return conversation.language or pick_language(inbound.language)


def _asks_for_own(situation: Situation, inbound: Inbound, conversation: Conversation) -> bool:
    tapped = inbound.tap.option if inbound.tap else None
    numbered = numbered_menu.taken(conversation, inbound, situation.reading)
    return not {situation.reading.command, tapped, numbered}.isdisjoint(("mydata", "mydata_json"))
