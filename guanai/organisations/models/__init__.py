from guanai.organisations.models.bodies import Body, Member, Service
from guanai.organisations.models.code_requests import CodeRequest
from guanai.organisations.models.organisations import Organisation, OrganisationKind, SchoolClass
from guanai.organisations.models.places import Place, PlaceCode, PlaceLevel
from guanai.organisations.models.posts import Consent, Post
from guanai.organisations.models.signin import FactorRule, Lane, Session
from guanai.organisations.models.users import Issued, User
