#!/usr/bin/env python3
"""Regenerates src/billing/openai-prices.json from the prices that the PyPI package `litellm` brings.

    python3 scripts/update-prices.py [VERSION]

Takes the models of OpenAI that Codex can run on, also by the names that Azure and Bedrock give them, with the prices of
every service tier and of long contexts, as LiteLLM writes them (US dollars per token), one model a line. The day in the
table is the day on which it was made.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

TABLE = pathlib.Path(__file__).parent.parent / "src" / "billing" / "openai-prices.json"
IN_WHEEL = "litellm/model_prices_and_context_window_backup.json"
MODES = {"chat", "responses"}
# What a text model of an agent can be called, with and without a provider; the rest draws, listens or moderates.
MODEL = re.compile(r"(azure/([a-z]+/)?|([a-z]+\.)?openai\.)?(gpt-\d|gpt-daybreak|daybreak-|codex-|o\d)")
NO_AGENT = re.compile(r"audio|realtime|-search|transcribe|tts|image|container|3\.5|gpt-35|vision|gpt-4-32k|gpt-4-0314|ft:")
PRICE = re.compile(
    r"(input_cost_per_token|cache_read_input_token_cost|cache_creation_input_token_cost|output_cost_per_token)"
    r"(_above_272k_tokens)?(_priority|_flex|_ultrafast)?"
)

# A model costs the same from another provider or in its dated version where no row of its own says otherwise.
BARE = re.compile(r"^(azure/([a-z]+/)?|([a-z]+\.)?openai\.)|-\d{4}-\d\d-\d\d$")


def main():
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"litellm=={sys.argv[1]}" if len(sys.argv) > 1 else "litellm"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, wanted]
        subprocess.run(command, check=True)
        wheel = next(pathlib.Path(folder).glob("litellm-*.whl"))
        version = wheel.name.split("-")[1]
        prices = json.loads(zipfile.ZipFile(wheel).read(IN_WHEEL))
    models = {name: model(facts) for name, facts in sorted(prices.items()) if is_wanted(name, facts)}
    models = {name: rates for name, rates in models.items() if not is_said(name, rates, models)}
    lines = [f"    {json.dumps(name)}: {json.dumps(rates)}" for name, rates in models.items()]
    head = {
        "source": f"LiteLLM {version} model prices",
        "asOf": datetime.date.today().isoformat(),
        "unit": "US dollars per token",
    }
    opening = json.dumps(head, indent=2)[:-2]
    TABLE.write_text(f'{opening},\n  "models": {{\n' + ",\n".join(lines) + "\n  }\n}\n")
    print(f"{TABLE.name}: {len(models)} models of LiteLLM {version}")


def is_wanted(name, facts):
    return (
        facts.get("mode") in MODES
        and "input_cost_per_token" in facts
        and "output_cost_per_token" in facts
        and MODEL.match(name) is not None
        and NO_AGENT.search(name) is None
    )


def is_said(name, rates, models):
    bare = BARE.sub("", name)
    return bare != name and models.get(bare) == rates


def model(facts):
    return {key: price for key, price in sorted(facts.items()) if PRICE.fullmatch(key) and price is not None}


main()
