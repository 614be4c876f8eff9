"""The compose file starts what the supervisor starts, with settings that there are."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from django.db import connection

from helpdesk import supervisor
from helpdesk.management.commands import settings_page
from helpdesk.redact import SECRET_NAMES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PAGE = (ROOT / "docs" / "production.md").read_text()
OURS = ("migrate", "web", "worker", "beat")
# Addresses without a password in them.
NO_SECRETS = {"PUBLIC_URL", "KANNEL_URL", "TWILIO_API_URL"}
SERVERS = {"database": "postgres", "redis": "redis", "proxy": "caddy"}


@pytest.fixture(scope="module")
def composed():
    return yaml.safe_load(COMPOSE.read_text())


@pytest.fixture(scope="module")
def services(composed):
    return composed["services"]


def image_command():
    (last,) = re.findall(r"^CMD (\[.*?\])$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    return ast.literal_eval(last)


def test_there_is_what_there_has_to_be(services):
    assert set(services) == {*OURS, *SERVERS}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_each_runs_what_the_supervisor_runs(services, name):
    python, *words = services[name].get("command") or image_command()

    assert python == "python"
    assert words == supervisor.commands("0.0.0.0", 8000)[name][1:]


def test_the_others_wait_for_the_database_to_be_up_to_date(services):
    assert services["migrate"]["command"] == ["python", "manage.py", "migrate", "--noinput"]
    assert services["migrate"]["restart"] == "no"
    for name in ("web", "worker", "beat"):
        waits = {on: how["condition"] for on, how in services[name]["depends_on"].items()}
        assert waits == {
            "migrate": "service_completed_successfully",
            "database": "service_healthy",
            "redis": "service_healthy",
        }


@pytest.mark.parametrize("name", OURS)
def test_each_secret_is_the_setting_of_its_name(services, name):
    read = settings_page.read((ROOT / "helpdesk" / "settings.py").read_text())
    secret = {it.name for it in read if SECRET_NAMES.search(it.name)} - NO_SECRETS

    assert services[name]["environment"] == {
        f"{it}_FILE": f"/run/secrets/{it.lower()}" for it in secret
    }
    assert set(services[name]["secrets"]) == {it.lower() for it in secret}


def test_each_secret_is_declared_and_each_declared_is_used(composed, services):
    used = {secret for service in services.values() for secret in service.get("secrets", ())}

    assert composed["secrets"] == {name: {"file": f"secrets/{name}"} for name in used}


def test_each_volume_is_declared_and_each_declared_is_used(composed, services):
    used = {
        volume.partition(":")[0]
        for service in services.values()
        for volume in service.get("volumes", ())
    }

    assert used == set(composed["volumes"])


def test_images_have_a_version(services):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    images = {name: services[name]["image"].split(":", 1) for name in services}

    for name in OURS:
        assert images[name] == ["helpdesk", f"${{HELPDESK_VERSION:-{version}}}"]
    assert {name: images[name][0] for name in SERVERS} == SERVERS
    assert all(re.match(r"\d+\.\d+", images[name][1]) for name in SERVERS)


def test_pg_dump_is_as_new_as_the_server(services):
    (client,) = re.findall(r"postgresql-client-(\d+)", DOCKERFILE)

    assert services["database"]["image"].startswith(f"postgres:{client}.")


def test_only_web_on_this_machine_and_the_proxy_can_be_reached(services):
    assert {name: it["ports"] for name, it in services.items() if "ports" in it} == {
        "web": ["127.0.0.1:8000:8000"],
        "proxy": ["80:80", "443:443"],
    }


def test_nothing_may_more_than_it_must(services):
    for name, service in services.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["tmpfs"][0] == "/tmp", name
    assert [name for name in services if "cap_add" in services[name]] == ["proxy"]


def test_each_is_looked_after(services):
    for name, service in services.items():
        asked = service.get("healthcheck", {})
        if name == "web":  # the image's own
            assert "/healthz" in DOCKERFILE
        else:
            assert asked.get("disable") is True if name == "migrate" else asked["test"], name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
        assert service["logging"]["options"]["max-size"] == "10m"
        assert int(service["stop_grace_period"].removesuffix("s")) > supervisor.GRACE


@pytest.mark.only("postgresql")
@pytest.mark.django_db
def test_the_database_is_made_as_the_one_that_the_suite_runs_on(services):
    given = services["database"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    options = dict(option.removeprefix("--").split("=") for option in given)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider, datlocale"
            " FROM pg_database WHERE datname = current_database()"
        )
        encoding, collate, ctype, provider, locale = cursor.fetchone()

    assert options == {
        "encoding": encoding,
        "locale": collate,
        "lc-ctype": ctype,
        "locale-provider": {"b": "builtin"}[provider],
        "builtin-locale": locale,
    }


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Do in a folder what the page says one does first."""
    folder = tmp_path_factory.mktemp("production")
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    subprocess.run(["sh", "-eu", "-c", script], cwd=folder, check=True)
    shutil.copy(COMPOSE, folder)
    return folder


def test_the_page_makes_the_secrets_that_there_have_to_be(prepared, composed):
    secrets = {path.name: path for path in (prepared / "secrets").iterdir()}

    assert set(composed["secrets"]) | {"redis_password"} == set(secrets)
    assert (prepared / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in secrets.values()} == {0o644}


def test_the_settings_read_them(prepared, services):
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
    env |= {
        name: value.replace("/run/secrets", str(prepared / "secrets"))
        for name, value in services["web"]["environment"].items()
    }
    script = (
        "import json; from django.conf import settings as it; place = it.DATABASES['default'];"
        "print(json.dumps([place['PASSWORD'], place['HOST'], it.CELERY_BROKER_URL, it.SECRET_KEY,"
        " it.EMAIL_BACKEND, it.METRICS_TOKEN, it.KANNEL_SECRET]))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, check=True
    )

    secret = {path.name: path.read_text().strip() for path in (prepared / "secrets").iterdir()}
    assert json.loads(said.stdout) == [
        secret["database_password"],
        "database",
        f"redis://:{secret['redis_password']}@redis:6379/0",
        secret["secret_key"],
        "django.core.mail.backends.console.EmailBackend",
        "",
        "",
    ]
    assert secret["redis_conf"] == f"requirepass {secret['redis_password']}"


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="apt install docker-compose")
def test_compose_reads_it(prepared, services):
    command = ["docker-compose", "config"]
    said = subprocess.run(command, cwd=prepared, capture_output=True, text=True, check=False)

    assert (said.returncode, said.stderr) == (0, "")
    read = yaml.safe_load(said.stdout)["services"]
    assert set(read) == set(services)
    assert read["web"]["environment"]["PUBLIC_URL"] == "https://help.dahl.example"
    assert "https://help.dahl.example" in read["proxy"]["command"]
    for name in ("worker", "beat"):
        assert read[name]["command"][1:] == supervisor.commands("0.0.0.0", 8000)[name][1:]
