"""The life of an integration: what app/integration does, as mutations."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

import strawberry

from app.access.directives import RequiresRole, requires_role
from app.access.features import Role
from app.access.sight import ALL_PRODUCT_USERS, SecurableEntity, Sight
from app.engine.mapping import Outcome
from app.integration.company_id import change_company_id
from app.integration.consents import approve_integration, enable_integration, request_integration
from app.integration.erasure import AlreadyErased, erase_ats_data
from app.integration.life import NO_INTEGRATION, WHO, SeveralRefused
from app.integration.progress import finish_sync
from app.integration.switches import (
    OpenPostedJobs,
    acknowledge_disable,
    activate_contract,
    deactivate_contract,
    disable_integration,
    set_company_wide_access,
    set_integration_settings,
)
from app.integration.viewers import set_viewers
from app.refused import WriteRefused
from loaders.context import RequestContext
from loaders.tables import CONTRACT, ERASURE_RECEIPT, INTEGRATION
from resolvers.arguments import argument, optional_field
from resolvers.contract import Contract
from resolvers.enums import EntityViewers
from resolvers.erasure_receipt import ErasureReceipt
from resolvers.fields import command, entity, made, reference
from resolvers.integration import Integration
from resolvers.user_error import UserError
from resolvers.writes import done, refused_as

_WRONG: Final = "What kept it from being done; empty if it was done."


@entity()
class IntegrationPayload:
    """What became of a mutation on the integration."""

    integration: Integration | None = reference(
        INTEGRATION, "integration", says="The integration as it stands now; null where something was wrong."
    )
    user_errors: list[UserError] = made("userErrors", says=_WRONG)


@entity()
class ContractPayload:
    """What became of a mutation on a contract."""

    contract: Contract | None = reference(
        CONTRACT, "contract", says="The contract as it stands now; null where something was wrong."
    )
    user_errors: list[UserError] = made("userErrors", says=_WRONG)


@entity()
class ErasurePayload:
    """What became of an erasure."""

    receipt: ErasureReceipt | None = reference(
        ERASURE_RECEIPT,
        "receipt",
        says="The receipt; where all was erased before, that one's. Null where something was wrong.",
    )
    user_errors: list[UserError] = made("userErrors", says=_WRONG)


@strawberry.input(description="With which ATS to integrate.")
class RequestIntegrationInput:
    partner: str = strawberry.field(description="The ATS partner's name.")


@strawberry.input(description="What the Recruiter admin consents to.")
class EnableIntegrationInput:
    contract_ids: list[strawberry.ID] = strawberry.field(
        description="URNs of contracts to activate, at most 200. Those that are active stay so."
    )
    company_wide_access: bool = strawberry.field(
        description="Whether a limited set of features is on for every contract of the company."
    )


@strawberry.input(description="How to disable.")
class DisableIntegrationInput:
    open_posted_jobs: OpenPostedJobs = strawberry.field(
        description="What to do about jobs that were posted through RSC and are still open."
    )


@strawberry.input(description="Whether company-wide access is on.")
class SetCompanyWideAccessInput:
    enabled: bool = strawberry.field(description="True to switch it on, false to switch it off.")


@strawberry.input(description="The integration's settings; those that are left out stay as they are.")
class SetIntegrationSettingsInput:
    one_click_export_company_wide: bool | None = optional_field(
        "ONE_CLICK_EXPORT through company-wide access too."
    )


@strawberry.input(description="Who sees what is on no access list; what is left out stays as it is.")
class SetViewersInput:
    job_posting_viewers: EntityViewers | None = optional_field("Which recruiters see such jobs.")
    application_viewers: EntityViewers | None = optional_field("Which recruiters see such applications.")


@strawberry.input(description="Which contract.")
class ContractInput:
    contract_id: strawberry.ID = strawberry.field(description="The contract's URN.")


@strawberry.input(description="What the company's id at LinkedIn is now.")
class ChangeCompanyIdInput:
    new_company_id: strawberry.ID = strawberry.field(description="The new organization URN.")


@strawberry.input(description="Whose ATS data to erase.")
class EraseAtsDataInput:
    confirm_company_name: str = strawberry.field(
        description="The company's name exactly as Company.name has it, so that nobody erases by mistake."
    )


Service = Callable[..., Awaitable[UUID]]


async def _run(context: RequestContext, name: str, service: Service, **arguments: Any) -> Outcome:
    """Let the viewer do it to their company; `name` is the payload's row, whose key the service answers."""
    company = context.viewer.company
    if company is None:
        return refused_as(name, WriteRefused(*NO_INTEGRATION))
    try:
        return done(
            name, await service(context.pool, company.company_id, context.viewer.subject, **arguments)
        )
    except SeveralRefused as several:
        return refused_as(name, *several.refusals)
    except WriteRefused as refusal:
        return refused_as(name, refusal)


async def run_request(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    partner, own = arguments["input"]["partner"], context.viewer.partner
    return await _run(context, "integration", request_integration, partner=partner, own_partner=own)


async def run_approve(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:  # noqa: ARG001
    return await _run(context, "integration", approve_integration, partner=context.viewer.partner)


async def run_enable(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    given = arguments["input"]
    return await _run(
        context,
        "integration",
        enable_integration,
        contract_ids=given["contractIds"],
        company_wide_access=given["companyWideAccess"],
    )


async def run_finish_sync(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:  # noqa: ARG001
    return await _run(context, "integration", finish_sync, partner=context.viewer.partner)


async def run_disable(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    """A job's title is the ATS's: support, who reads none of its data, gets the id alone."""
    return await _run(
        context,
        "integration",
        disable_integration,
        open_posted_jobs=OpenPostedJobs(arguments["input"]["openPostedJobs"]),
        # Whoever may not see every job is told which are open by their ids alone.
        names_jobs=context.holds(Role.RECRUITER_ADMIN) and context.grants.sights.jobs is Sight.ALL,
    )


async def run_acknowledge(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:  # noqa: ARG001
    return await _run(context, "integration", acknowledge_disable, partner=context.viewer.partner)


async def run_set_company_wide_access(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    enabled = arguments["input"]["enabled"]
    return await _run(context, "integration", set_company_wide_access, enabled=enabled)


async def run_set_settings(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    return await _run(
        context,
        "integration",
        set_integration_settings,
        one_click_export_company_wide=arguments["input"].get("oneClickExportCompanyWide"),
    )


async def run_set_viewers(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    said = {
        SecurableEntity.JOB_POSTING: arguments["input"].get("jobPostingViewers"),
        SecurableEntity.APPLICATION: arguments["input"].get("applicationViewers"),
    }
    viewers = {
        entity: ALL_PRODUCT_USERS if value == EntityViewers.ALL_PRODUCT_USERS else None
        for entity, value in said.items()
        if value is not None
    }
    return await _run(context, "integration", set_viewers, partner=context.viewer.partner, viewers=viewers)


async def run_activate_contract(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    contract = arguments["input"]["contractId"]
    return await _run(context, "contract", activate_contract, contract_id=contract)


async def run_deactivate_contract(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    contract = arguments["input"]["contractId"]
    return await _run(context, "contract", deactivate_contract, contract_id=contract)


async def run_change_company_id(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    urn = arguments["input"]["newCompanyId"]
    return await _run(context, "integration", change_company_id, new_company_id=urn)


async def run_erase(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    name = arguments["input"]["confirmCompanyName"]
    try:
        return await _run(
            context, "receipt", erase_ats_data, confirm_company_name=name, key=context.signing_key
        )
    except AlreadyErased as already:
        told = refused_as("receipt", already.refusal)
        return Outcome(references={"receipt": already.receipt}, values=told.values)


def _who(step: str) -> tuple[RequiresRole]:
    return (requires_role(*WHO[step]),)


@entity()
class IntegrationMutations:
    """The life of an integration."""

    request_integration: IntegrationPayload | None = command(
        run_request,
        says="The ATS admin's consent. With partners that must be asked first the state is REQUESTED, else "
        "PARTNER_READY. Until it is enabled, another partner may be asked instead.",
        arguments={"input": argument(RequestIntegrationInput, "With which ATS to integrate.")},
        guards=_who("requestIntegration"),
    )
    approve_integration: IntegrationPayload | None = command(
        run_approve,
        says="The partner is ready; the Recruiter admin's consent is next.",
        guards=_who("approveIntegration"),
    )
    enable_integration: IntegrationPayload | None = command(
        run_enable,
        says="The Recruiter admin's consent: the second one enables. Also activates these contracts, and "
        "begins the first sync, or the re-sync after a change of the company's id.",
        arguments={"input": argument(EnableIntegrationInput, "What the Recruiter admin consents to.")},
        guards=_who("enableIntegration"),
    )
    finish_sync: IntegrationPayload | None = command(
        run_finish_sync,
        says="The partner has sent everything: the first sync, or the re-sync, is complete, and the state is "
        "LIVE.",
        guards=_who("finishSync"),
    )
    disable_integration: IntegrationPayload | None = command(
        run_disable,
        says="Switch the integration off: nothing is granted any more, and the partner's calls get "
        "INTEGRATION_DISABLED. Data stay. Open jobs posted through RSC block it, listed in userErrors.",
        arguments={"input": argument(DisableIntegrationInput, "How to disable.")},
        guards=_who("disableIntegration"),
    )
    acknowledge_disable: IntegrationPayload | None = command(
        run_acknowledge,
        says="The other side of disabling: the ATS has stopped calling. Said again, it changes nothing.",
        guards=_who("acknowledgeDisable"),
    )
    set_company_wide_access: IntegrationPayload | None = command(
        run_set_company_wide_access,
        says="The all-contracts checkbox: a limited set of features on every contract of the company.",
        arguments={"input": argument(SetCompanyWideAccessInput, "Whether company-wide access is on.")},
        guards=_who("setCompanyWideAccess"),
    )
    set_integration_settings: IntegrationPayload | None = command(
        run_set_settings,
        says="Change settings of the integration.",
        arguments={"input": argument(SetIntegrationSettingsInput, "The settings to change.")},
        guards=_who("setIntegrationSettings"),
    )
    set_viewers: IntegrationPayload | None = command(
        run_set_viewers,
        says="The ATS says which recruiters see jobs and applications that are on no access list: nobody, "
        "until it does. The wire API's configurations JOB_POSTING_VIEWERS and APPLICATION_VIEWERS.",
        arguments={"input": argument(SetViewersInput, "Who sees what is on no access list.")},
        guards=_who("setViewers"),
    )
    activate_contract: ContractPayload | None = command(
        run_activate_contract,
        says="Switch contract access on: every feature is granted on this contract. Recruiter Lite never is.",
        arguments={"input": argument(ContractInput, "Which contract.")},
        guards=_who("activateContract"),
    )
    deactivate_contract: ContractPayload | None = command(
        run_deactivate_contract,
        says="Switch contract access off for this contract.",
        arguments={"input": argument(ContractInput, "Which contract.")},
        guards=_who("deactivateContract"),
    )
    change_company_id: IntegrationPayload | None = command(
        run_change_company_id,
        says="The company has another id at LinkedIn, after a merger, say. Only while the integration is "
        "DISABLED and that is acknowledged. Once it is enabled again, everything is synced anew, and "
        "features answer RESYNCING until that is complete.",
        arguments={"input": argument(ChangeCompanyIdInput, "What the id is now.")},
        guards=_who("changeCompanyId"),
    )
    erase_ats_data: ErasurePayload | None = command(
        run_erase,
        says="Erase everything that came from the company's ATS, and all that was made of it; possible at "
        "any time, and not to be undone. The integration is ERASED, contracts are switched off, and nothing "
        "can be read from that moment; a large company's receipt is finished a little later. Late records "
        "are refused until both consents are given anew.",
        arguments={"input": argument(EraseAtsDataInput, "Whose ATS data to erase.")},
        guards=_who("eraseAtsData"),
    )
