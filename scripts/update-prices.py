#!/usr/bin/env python3
"""Regenerates src/billing/openai-prices.json from the prices that the PyPI package `litellm` brings.

    python3 scripts/update-prices.py [VERSION]

Takes the models of the provider `openai` that Codex can run on, in US dollars per million tokens, and writes them in
the project's own form, one model a line. The day in the table is the day on which it was made.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

TABLE = pathlib.Path(__file__).parent.parent / "src" / "pricing" / "openai-prices.json"
IN_WHEEL = "litellm/model_prices_and_context_window_backup.json"
MODES = {"chat", "responses"}
# What a text model of an agent can be called; the rest draws, listens or moderates.
MODEL = re.compile(r"(gpt-|daybreak-|o\d)")
NO_AGENT = re.compile(r"audio|realtime|-search|transcribe|tts|image|container|3\.5|vision|gpt-4-32k|gpt-4-0314|ft:")
LONG = "_above_272k_tokens"


def main():
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"litellm=={sys.argv[1]}" if len(sys.argv) > 1 else "litellm"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, wanted]
        subprocess.run(command, check=True)
        wheel = next(pathlib.Path(folder).glob("litellm-*.whl"))
        version = wheel.name.split("-")[1]
        prices = json.loads(zipfile.ZipFile(wheel).read(IN_WHEEL))
    models = {name: model(facts) for name, facts in sorted(prices.items()) if is_wanted(name, facts)}
    lines = [f"    {json.dumps(name)}: {json.dumps(rates)}" for name, rates in models.items()]
    head = {
        "source": f"LiteLLM {version} model prices, provider openai, standard tier",
        "asOf": datetime.date.today().isoformat(),
        "unit": "US dollars per 1,000,000 tokens",
    }
    opening = json.dumps(head, indent=2)[:-2]
    TABLE.write_text(f'{opening},\n  "models": {{\n' + ",\n".join(lines) + "\n  }\n}\n")
    print(f"{TABLE.name}: {len(models)} models of LiteLLM {version}")


def is_wanted(name, facts):
    return (
        facts.get("litellm_provider") == "openai"
        and facts.get("mode") in MODES
        and "input_cost_per_token" in facts
        and MODEL.match(name) is not None
        and NO_AGENT.search(name) is None
    )


def model(facts):
    prices = rates(facts, "")
    if f"input_cost_per_token{LONG}" in facts:
        prices["above272k"] = rates(facts, LONG)
    return prices


def rates(facts, tier):
    keys = {
        "input": "input_cost_per_token",
        "cachedInput": "cache_read_input_token_cost",
        "cacheWriteInput": "cache_creation_input_token_cost",
        "output": "output_cost_per_token",
    }
    found = {name: facts.get(key + tier) for name, key in keys.items()}
    return {name: round(price * 1e6, 6) for name, price in found.items() if price is not None}


main()
