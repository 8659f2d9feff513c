/**
 * True if launches may carry our hooks: only where this very Codex has said that it trusts each of them. Anything else
 * would stop the session at a question to review hooks.
 */

import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import {
  installHook,
  probeHooks,
  cachedHooksSync,
  removeOldEvents,
  wrappersDirectorySync,
} from "../../native.js";
import { identityOf } from "../codex-binary.js";
import { warn } from "../../terminal/warn.js";
import type { CommandSettings } from "../command.js";
import type { HookEvent, ListedHook, SetAside } from "./definition.js";
import { hooksValue, trustedEvents, verificationFlags } from "./definition.js";

/** The hooks of one Codex that are known. */
export interface HookTrust {
  /** True if it was asked, and has answered. */
  isKnown: boolean;
  /** The events at which it runs our hooks unasked; none where it does not. */
  events: HookEvent[];
}

/** The flags of a launch for hooks. */
export type LaunchHooks = Pick<CommandSettings, "hooks" | "isTold">;

/** Our hooks, for the Codex of one orchestrator's home. */
export class Hooks {
  readonly #aoHome: string;
  readonly #isWanted: boolean;
  /** Each file that was asked, by what changes when it is replaced. */
  readonly #questions = new Map<string, Promise<void>>();
  /** Answers that have come, where the cache directory could not keep them. */
  readonly #answers = new Map<string, readonly ListedHook[]>();

  constructor(aoHome: string, isWanted: boolean) {
    this.#aoHome = aoHome;
    this.#isWanted = isWanted;
  }

  /** Beside the wrappers, whose helper it uses. */
  get #program(): string {
    return join(wrappersDirectorySync({ aoHome: this.#aoHome }), "ao-codex-hook");
  }

  /**
   * The words of a launch of this binary for hooks: the value of `-c hooks=…`, `null` where that is nothing, and
   * whether ours are in it. Never waits, and asks nobody.
   */
  of(binary: string, isWanted: boolean, setAside: readonly SetAside[]): LaunchHooks {
    const isPossible = isWanted && this.#isWanted && this.#isInstalled();
    const events = isPossible ? this.trustOf(binary).events : [];
    const isSilent = events.length === 0 && setAside.length === 0;
    const hooks = isSilent ? null : hooksValue(this.#program, events, setAside);
    return { hooks, isTold: events.length > 0 };
  }

  /** The hooks that are remembered of this binary. */
  trustOf(binary: string): HookTrust {
    const flags = verificationFlags(this.#program);
    const remembered = cachedHooksSync(binary, flags);
    const hooks = remembered === null ? this.#answerOf(binary) : (remembered.hooks ?? []);
    return hooks === null
      ? { isKnown: false, events: [] }
      : { isKnown: true, events: trustedEvents(this.#program, hooks) };
  }

  /** Asks the binary where that was not done before, and installs the program where it is trusted: once. */
  prepare(binary: string): Promise<void> {
    const identity = identityOf(binary);
    if (!this.#isWanted || identity === null) return Promise.resolve();
    const question = this.#questions.get(identity) ?? this.#ask(binary, identity);
    this.#questions.set(identity, question);
    return question;
  }

  async #ask(binary: string, identity: string): Promise<void> {
    try {
      await removeOldEvents({ aoHome: this.#aoHome });
      const { hooks } = await probeHooks(binary, verificationFlags(this.#program));
      this.#answers.set(identity, hooks ?? []);
      const isTrusted = trustedEvents(this.#program, hooks ?? []).length > 0;
      if (isTrusted) await installHook({ aoHome: this.#aoHome });
    } catch (error) {
      warn("sessions go without hooks", error);
    }
  }

  #answerOf(binary: string): readonly ListedHook[] | null {
    const identity = identityOf(binary);
    return identity === null ? null : (this.#answers.get(identity) ?? null);
  }

  #isInstalled(): boolean {
    try {
      accessSync(this.#program, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }
}
