from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "pilotage.messages"
    label = "messaging"  # Django's own "messages" has the plain name

    def ready(self) -> None:
        from pilotage.accounts.models import MEMBERSHIP_RIDERS

        # binds the state table, adds tellers
        from pilotage.messages import evaluation_news, finance_introductions, pledge_news, transitions, verdict_news, work_news  # noqa: F401
        from pilotage.messages import listing_news as listing_news
        from pilotage.messages import matching_news as matching_news
        from pilotage.messages import recommendation_news as recommendation_news
        from pilotage.messages.selectors import unread_of_member

        MEMBERSHIP_RIDERS["unread"] = unread_of_member()
