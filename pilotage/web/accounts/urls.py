from django.urls import path

from pilotage.web.accounts import consents, invitations, members, tokens

app_name = "accounts"
urlpatterns = [
    path("organisation/members/", members.members, name="members"),
    path("organisation/memberships/<int:pk>/end/", members.membership_end, name="membership-end"),
    path("organisation/invitations/<int:pk>/revoke/", members.invitation_revoke, name="invitation-revoke"),
    path("organisation/consents/", consents.consents, name="consents"),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation-accept"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
]
