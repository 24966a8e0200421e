from guanai.privacy.models.consents import Consent, Withdrawal
from guanai.privacy.models.deletions import Deletion
from guanai.privacy.models.papers import Paper, Ruling
from guanai.privacy.models.requests import Answer, Request
