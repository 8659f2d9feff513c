/** The `config.toml` of a scenario's Codex home. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const API_KEY_VARIABLE = "AO_CODEX_TEST_KEY";

const DEFAULT_MODEL = "gpt-5-codex";

/** Writes the `config.toml` that points Codex at the mock server and keeps it quiet. */
export const writeCodexHome = async (codexHome, settings) => {
  const { port, config = "", features = {}, retries = 0, topLevel = "" } = settings;
  await mkdir(codexHome, { recursive: true });
  // Asking openai.com for models costs 0.98 three seconds at each start.
  const featureLines = Object.entries({ remote_models: false, ...features }).map(
    ([name, on]) => `${name} = ${on}`,
  );
  await writeFile(
    join(codexHome, "config.toml"),
    `model = "${DEFAULT_MODEL}"
model_provider = "mock"
check_for_update_on_startup = false
${topLevel}
[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "${API_KEY_VARIABLE}"
request_max_retries = ${retries}
stream_max_retries = ${retries}

[analytics]
enabled = false

[otel]
metrics_exporter = "none"

[features]
${featureLines.join("\n")}

${config}
`,
  );
};
