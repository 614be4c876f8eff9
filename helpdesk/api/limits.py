"""How often a program may ask."""

import logging
from typing import TYPE_CHECKING, cast

from django.core.cache import BaseCache, caches
from django.utils.connection import ConnectionProxy
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class TokenRate(SimpleRateThrottle):
    """So many requests a minute for each token (API_RATE); then 429 and Retry-After."""

    scope = "token"
    cache = cast(BaseCache, ConnectionProxy(caches, "rates"))  # as Django makes its default

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        return None if request.auth is None else f"rate-{request.auth.pk}"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        try:
            return super().allow_request(request, view)
        except (RedisError, OSError):  # who counts is away: better uncounted than closed
            logger.warning("requests are not counted: the cache does not answer")
            return True
