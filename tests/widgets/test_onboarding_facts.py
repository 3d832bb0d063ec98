"""What the onboarding widget tells without anybody's click: the chart, what one is granted, one's seat."""

import pytest
from playwright.async_api import expect

from app.access.features import FEATURE_TITLES, MATRIX, Feature
from tests.widgets.browser import Embed
from tests.widgets.gateway import ATS_USERS, UNCONNECTED, Gateway

RECRUITER = ATS_USERS["recruiter"]
NAMES = FEATURE_TITLES


async def test_the_chart_is_the_matrix(embed: Embed) -> None:
    async with embed("onboarding", user=UNCONNECTED) as widget:
        chart = widget.frame.get_by_role("region", name="What each access includes")
        await expect(chart).to_be_visible()
        for feature, rule in MATRIX.items():
            row = chart.get_by_role("row").filter(has_text=NAMES[feature])
            cells = [await cell.inner_text() for cell in await row.get_by_role("cell").all()]
            included = [text.splitlines()[0] for text in cells]
            assert included == [
                "Included" if rule.contract else "Not included",
                "Included" if rule.company_wide else "Not included",
            ], feature
            assert ("depends on a setting" in cells[1]) == (rule.company_wide_setting is not None), feature
            text = await row.inner_text()
            assert ("Needs an active Recruiter seat." in text) == rule.needs_seat, feature
            assert ("Needs Demo ATS to support it." in text) == rule.needs_partner_support, feature


@pytest.mark.parametrize(
    "user",
    [RECRUITER, UNCONNECTED, *(ATS_USERS[f"recruiter-{of}"] for of in ("lite", "company-wide", "parked"))],
)
async def test_each_feature_is_there_as_it_was_decided(gateway: Gateway, embed: Embed, user: str) -> None:
    persona = next((name for name, of in ATS_USERS.items() if of == user), "ats-user")
    answer = await gateway.ask(persona, "{ viewer { features { feature granted through reason howToFix } } }")
    async with embed("onboarding", user=user) as widget:
        section = widget.frame.get_by_role("region", name="What you can use")
        await expect(section).to_be_visible()
        for decided in answer["data"]["viewer"]["features"]:
            name = NAMES[Feature(decided["feature"])]
            group = section.locator(".rows > div").filter(has=widget.frame.get_by_text(name, exact=False))
            await expect(group).to_have_count(1)
            if decided["granted"]:
                through = {"CONTRACT": "contract access", "COMPANY_WIDE": "company-wide access"}
                await expect(group).to_contain_text(f"Available through {through[decided['through']]}")
            else:
                await expect(group).to_have_attribute("data-reason", decided["reason"])
                await expect(group).to_contain_text(decided["howToFix"])


async def test_who_is_not_connected_is_told_how_and_with_which_id(embed: Embed) -> None:
    async with embed("onboarding", user=UNCONNECTED) as widget:
        section = widget.frame.get_by_role("region", name="Your Recruiter seat")
        await expect(section).to_contain_text("Your ATS user is not connected to a Recruiter seat.")
        await expect(section.locator("code")).to_have_text(UNCONNECTED)
    async with embed("onboarding", user=ATS_USERS["recruiter-parked"]) as widget:
        section = widget.frame.get_by_role("region", name="Your Recruiter seat")
        await expect(section).to_contain_text("Inês Carvalho on EMEA Tech")
        await expect(section).to_contain_text("Ask a Recruiter admin of Northwind to activate it.")
