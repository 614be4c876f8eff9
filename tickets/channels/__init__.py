"""Every way a message travels. To add one: read contract.py, write one file, list it here."""

from django.conf import settings

from tickets.channels.contract import Channel
from tickets.channels.kannel import KannelSms
from tickets.channels.mail import Mail
from tickets.channels.twilio import TwilioSms

TEXTS = (KannelSms.slug, TwilioSms.slug)  # of several that are set up the first one is used


def channels() -> dict[str, Channel]:
    """Return every channel by its slug, set up or not, as the environment has it."""
    hooks = f"{settings.PUBLIC_URL}/hooks"
    return {
        channel.slug: channel
        for channel in (
            Mail(smtp=bool(settings.EMAIL_URL), host=settings.MAIL_HOST),
            KannelSms(
                url=settings.KANNEL_URL,
                username=settings.KANNEL_USERNAME,
                password=settings.KANNEL_PASSWORD,
                secret=settings.KANNEL_SECRET,
                sender=settings.SMS_SENDER,
                hook_url=f"{hooks}/{KannelSms.slug}",
            ),
            TwilioSms(
                account_sid=settings.TWILIO_ACCOUNT_SID,
                auth_token=settings.TWILIO_AUTH_TOKEN,
                sender=settings.SMS_SENDER,
                messaging_service=settings.TWILIO_MESSAGING_SERVICE,
                hook_url=f"{hooks}/{TwilioSms.slug}",
                api_url=settings.TWILIO_API_URL,
            ),
        )
    }


def for_mail() -> Channel | None:
    """Return what mail leaves by; None: nothing is set up."""
    mail = channels()[Mail.slug]
    return mail if mail.is_set_up else None


def for_texts() -> Channel | None:
    """Return what text messages leave by; None: nothing is set up."""
    every = channels()
    wanted = (settings.SMS_CHANNEL,) if settings.SMS_CHANNEL in TEXTS else TEXTS
    return next((every[slug] for slug in wanted if every[slug].is_set_up), None)
