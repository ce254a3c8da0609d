"""What time alone does not delete, and why: everything that is not in the table of kinds.

Rows that hang on another one go with it: then the reason names that.
"""

from collections.abc import Mapping

from tortoise.models import Model

from instance import models

_ACCOUNT = "a member's own: until they change or remove it, or leave"
_CONSULT = "part of a consult: its words go with a deletion, a recall or the agreement's end"
_POST = "goes with its post"
_RECORD = "what was decided about whom, and why: as long as the account, at least 6 years (HIPAA)"
_TRUST = "what the agreement with a hospital rests on: its last state is kept"
_DUTY = "how this server is set up: until an administrator changes it"

LASTING: Mapping[type[Model], str] = {
    **dict.fromkeys(
        (
            *(models.Member, models.Availability, models.Mailbox, models.MutedMail),
            models.WeeklyMail,
            *(models.CodeApp, models.Passkey, models.RecoveryCode, models.SignOnIdentity),
            *(models.ActorNote, models.Block, models.Bookmark, models.DismissedTerm),
            *(models.Endorsement, models.FeaturedTag, models.Filter, models.FilterKeyword),
            *(models.FilterPost, models.FollowedTag, models.HiddenHost, models.List),
            *(models.ListEntry, models.Marker, models.MutedThread, models.PassedOver),
            *(models.ProfileField, models.Seen, models.MemberNumber, models.Keepsake),
            *(models.PushSubscription, models.ScheduledPost, models.Follow),
            *(models.AnnouncementDismissed, models.AnnouncementReaction),
        ),
        _ACCOUNT,
    ),
    models.AccessToken: "until its member signs the application out, or leaves (T69)",
    models.Actor: "who wrote or did what is still here; a name that was used is nobody else's",
    **dict.fromkeys(
        (
            *(models.Contribution, models.Participant, models.HistoryEntry, models.Hold),
            *(models.Departure, models.Receipt, models.Tombstone, models.Publication),
            *(models.PublicationAnswer, models.AnswerRequest, models.Invitee, models.Routing),
            models.ConversationPlace,
        ),
        _CONSULT,
    ),
    models.Post: "until its author or a moderator deletes it; then its id stays, without a word",
    **dict.fromkeys(
        (
            *(models.Revision, models.Poll, models.PollOption, models.Vote, models.Reaction),
            *(models.PostTag, models.PostedWith, models.Announced),
        ),
        _POST,
    ),
    models.Tag: "a word; whose posts have it goes with them",
    models.Report: "goes with who was reported; a decision can be looked up",
    **dict.fromkeys(
        (
            *(models.MemberAct, models.Verification, models.VerificationCase, models.CaseStep),
            *(models.Attestation, models.Vouch, models.BreakGlass, models.Unmasking),
        ),
        _RECORD,
    ),
    models.AuditEntry: "domain.md 8: 6 years at least; a chain that the database does not shorten",
    models.AuditSeal: "proves the record (T73)",
    models.AuditAnchor: "proves the record (T73)",
    models.RosterEntry: "who works here; who left stays, to be known again",
    models.RosterMapping: "which column of a file is which; no person",
    models.RegistryImport: "which register is here; its rows go when a newer file is complete",
    models.RegistryNumber: "a public register: until a newer file is complete",
    **dict.fromkeys(
        (
            *(models.Relationship, models.Offer, models.Standing, models.StandingReader),
            *(models.StatusList, models.StatusEntry, models.RemoteStatusList),
        ),
        _TRUST,
    ),
    **dict.fromkeys(
        (
            *(models.Announcement, models.Ban, models.Channel, models.Closing, models.FirstRun),
            *(models.HostImport, models.HostImportRow, models.HostLimit, models.InvitationRound),
            *(models.Moderator, models.PublishedList, models.PushKey, models.Setting),
            *(models.SignOnProvider, models.Subscription, models.SubscriptionItem),
        ),
        _DUTY,
    ),
    models.Backup: "the last ones that were made, by name: a backup removes older rows",
    models.Restore: "that this came from a backup, and since when",
    models.RestoreCount: "numbers: what a restored server asked others for",
    models.Fetch: "until it was fetched or given up, after 7 days at most",
    models.HostTotal: "a number: how much of a server is here",
    models.Observation: "a number: what this server noticed of itself last",
    models.PurgeRun: "a number: when this was deleted last",
    models.Remains: "a number: what is still to be overwritten",
    models.Unindexed: "a number: which posts are not searched yet",
}
