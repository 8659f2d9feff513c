/** `ao-codex doctor`: the troubleshooting page as checks. */
import { Command, Option } from "commander";
import type * as Addon from "../../index.js";
import type { Report } from "../doctor/examine.js";
import { CheckFailed } from "../terminal/exit-codes.js";
import { homeOf, jsonOption, workspaceOption } from "./options.js";
import type { ScanOptions } from "./options.js";
import { printJson } from "./print-json.js";
import { loadNative } from "./scan.js";

interface DoctorOptions extends ScanOptions {
  fix?: true;
}

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check everything that the plugin needs, and say what to do")
    .addOption(workspaceOption("the workspace to look at (default: this directory)"))
    .addOption(new Option("--fix", "fix what is safe to fix: wrappers, directories, mode bits"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExits with 1 if a check fails.\n\nExample:\n  $ ao-codex doctor --workspace ~/code/shop --fix",
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<DoctorOptions>();
      const report = await examined(options, homeOf(options, command));
      if (options.json) printJson(report);
      else {
        const { printReport } = await import("./doctor-report.js");
        printReport(report);
      }
      if (!report.ok) throw new CheckFailed("a check failed");
    });
}

async function examined(
  { fix, workspace = process.cwd(), aoHome }: DoctorOptions,
  home: { codexHome?: string },
): Promise<Report> {
  let native: typeof Addon;
  try {
    native = await loadNative();
  } catch (error) {
    // Nothing else can be looked at, and this is what somebody who installed it for another platform sees first.
    const { notLoaded } = await import("../doctor/checks/addon.js");
    return { ok: false, checks: [{ id: "addon", ...notLoaded(error) }], ...(fix && { fixed: [] }) };
  }
  const { checks, examine, lookAround } = await import("../doctor/doctor.js");
  const machine = await lookAround(
    native,
    {
      workspace,
      ...home,
      ...(aoHome !== undefined && { aoHome }),
    },
    process.env,
  );
  return examine(checks, machine, fix === true);
}
