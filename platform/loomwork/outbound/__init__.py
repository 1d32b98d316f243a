"""The one client that opens connections to other servers: mail now, HTTP calls later.

Nothing else in the platform imports `smtplib` or an HTTP library; a test holds it.
"""

from loomwork.outbound.mail import FolderMailer, Mail, Mailer, MailRefused, SmtpMailer, build_message, mailer_for

__all__ = ["FolderMailer", "Mail", "MailRefused", "Mailer", "SmtpMailer", "build_message", "mailer_for"]
