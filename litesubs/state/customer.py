"""One customer, for their creator: who they are, what they hold, what they bought, what moved."""

from reflex.event import EventSpec, EventType

from litesubs.domain import customers, prose, wallets
from litesubs.domain.errors import NotFoundError, ValidationFailedError
from litesubs.domain.views.customers import CustomerView, PackStanding
from litesubs.state import forms
from litesubs.state.blank import NO_CUSTOMER
from litesubs.state.frame import FrameState
from litesubs.state.session import SessionState, answer_error, handler, said


class CustomerState(SessionState):
    """The customer of this address. `stage` is loading, shown, missing or failed.

    `pausing` is the id of the subscription that the open dialog is about.
    """

    view: CustomerView = NO_CUSTOMER
    first_name: str = ""
    expiring: int = 0
    stage: str = "loading"
    renaming: bool = False
    asking_test: bool = False
    pausing: str = ""
    pausing_name: str = ""
    errors: dict[str, str] = {}

    @handler
    async def load(self) -> EventSpec | None:
        """Show the customer of this address, or that there is none."""
        customer_id = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
        try:
            self._show(await self._ask(customers.one, customer_id))
        except NotFoundError:
            self.stage = "missing"
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        return None

    @handler
    def leave(self) -> None:
        """Forget them, so that the next one does not begin with this one's numbers."""
        self.reset()  # type: ignore[no-untyped-call]

    @handler
    def begin_renaming(self) -> None:
        """Open the dialog with the name."""
        self.renaming, self.errors = True, {}

    @handler
    async def rename(self, form: dict[str, str]) -> EventSpec | None:
        """Call them what the form says, from now on and everywhere on the desk."""
        if not self.renaming:
            return None
        try:
            await self._ask(customers.rename, self.view.id, forms.text(form, "name"))
        except ValidationFailedError as error:
            self.errors = error.fields
            return forms.unshown(error, "name")
        self._show(await self._ask(customers.one, self.view.id))
        return said(f"They are {self.view.name} now.")

    @handler
    def ask_test(self) -> None:
        """Ask before the customer leaves every figure, or comes back."""
        self.asking_test = True

    @handler
    async def change_test(self) -> EventType[()] | None:
        """Do what the open dialog says: leave the customer out of every figure, or count them again."""
        if not self.asking_test:
            return None
        await self._ask(customers.set_test, self.view.id, test=not self.view.is_test)
        self._show(await self._ask(customers.one, self.view.id))
        stands = "a test customer now, in none of your figures." if self.view.is_test else "in your figures again."
        return [said(f"{self.first_name} is {stands}"), FrameState.count]

    @handler
    def ask_pause(self, subscription_id: str) -> None:
        """Ask before pausing a pack."""
        standing = self._standing(subscription_id)
        if standing is not None:
            self.pausing, self.pausing_name, self.errors = standing.subscription_id, standing.pack_name, {}

    @handler
    async def pause(self, form: dict[str, str]) -> EventType[()] | None:
        """Pause it, with a note for the customer."""
        if not self.pausing:
            return None
        try:
            await self._ask(wallets.set_status, self.pausing, "paused", forms.text(form, "note"))
        except ValidationFailedError as error:
            self.errors = error.fields
            return forms.unshown(error, "note")
        name, subscription_id = self.pausing_name, self.pausing
        self._show(await self._ask(customers.one, self.view.id))
        return said(
            f"{name} is paused. {self.first_name} keeps the credits.", undo=CustomerState.enable(subscription_id)
        )

    @handler
    async def enable(self, subscription_id: str) -> EventSpec | None:
        """Let the customer use a pack again, from its card or from the toast, which outlives the page."""
        changed = await self._ask(wallets.set_status, str(subscription_id), "active", "")
        if changed.customer_id == self.view.id:
            self._show(await self._ask(customers.one, self.view.id))
        return said(f"{changed.pack_name} is enabled. {prose.first_name(changed.customer_name)} can use it again.")

    @handler
    def close(self) -> None:
        """Close whichever dialog is open."""
        self.renaming, self.asking_test, self.pausing, self.errors = False, False, "", {}

    def _show(self, view: CustomerView) -> None:
        self.view, self.stage, self.first_name = view, "shown", prose.first_name(view.name)
        self.expiring = sum(pack.expiring for pack in view.packs)
        self.renaming, self.asking_test, self.pausing, self.errors = False, False, "", {}

    def _standing(self, subscription_id: str) -> PackStanding | None:
        return next((pack for pack in self.view.packs if pack.subscription_id == subscription_id), None)
