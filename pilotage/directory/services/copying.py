"""What an entry repeats of the application it came of."""

from __future__ import annotations

from pilotage.calls.models import Application
from pilotage.core.search import bigrams
from pilotage.directory import facts
from pilotage.directory.models import Entry


def copy_facts(entry: Entry, application: Application) -> None:
    """Set on ``entry`` what the public may read of ``application``, and the text it is found by."""
    entry.facts = facts.public_facts(application.version.content, application.data)
    entry.project_title = application.project_title
    entry.level = application.level
    entry.industry_id = application.industry_id
    entry.province_id = application.province_id
    entry.prefecture_id = application.prefecture_id
    entry.scenario_count = len(entry.facts["scenarios"])
    entry.bigrams = search_text(entry)


def search_text(entry: Entry) -> str:
    enterprise = entry.enterprise
    names = [enterprise.name_en, enterprise.uscc or ""] if enterprise else []
    return bigrams(" ".join([entry.project_title, entry.enterprise_name, *names, entry.number]))
