"""How the admin looks: its rooms, in the order of the work, and its colours."""

from django.urls import reverse_lazy


def _admin_page(title: str, icon: str, model: str) -> dict[str, object]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}


_ADMIN_ROOMS = [
    {
        "title": "Curate",
        "items": [
            _admin_page("Style packs", "auto_awesome_mosaic", "stylepacks_stylepack"),
            _admin_page("Versions", "history", "stylepacks_packversion"),
            _admin_page("LoRAs", "layers", "stylepacks_lora"),
            _admin_page("Checkpoints", "deployed_code", "stylepacks_checkpoint"),
        ],
    },
    {
        "title": "Explain",
        "items": [_admin_page("Glossary", "menu_book", "learn_term")],
    },
    {
        "title": "Watch",
        "items": [
            _admin_page("Generations", "image", "generation_generation"),
            _admin_page("Dead letters", "markunread_mailbox", "generation_deadletter"),
            _admin_page("Reported pictures", "flag", "generation_standing"),
            _admin_page("Workers", "memory", "generation_worker"),
            _admin_page("Fair shares", "balance", "generation_fairshare"),
        ],
    },
    {
        "title": "People",
        "items": [
            _admin_page("People", "person", "accounts_user"),
            _admin_page("Groups", "group", "auth_group"),
            _admin_page("API tokens", "key", "accounts_apitoken"),
        ],
    },
]
UNFOLD = {
    "SITE_TITLE": "Housestyle",
    "SITE_HEADER": "Housestyle",
    "SITE_SUBHEADER": "Curate packs, watch renders",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SIDEBAR": {"show_all_applications": False, "navigation": _ADMIN_ROOMS},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 40)",
            "100": "oklch(94% .03 40)",
            "200": "oklch(89% .06 40)",
            "300": "oklch(82% .1 40)",
            "400": "oklch(74% .15 40)",
            "500": "oklch(68% .18 38)",
            "600": "oklch(60% .18 36)",
            "700": "oklch(52% .16 36)",
            "800": "oklch(44% .13 36)",
            "900": "oklch(38% .1 36)",
            "950": "oklch(27% .07 36)",
        }
    },
}
