/** Numbers as options take them. */
import { InvalidArgumentError } from "commander";

export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Expected a number from 1 on.");
  return Number(text);
}

export function percent(text: string): number {
  const value = Number(text);
  if (!/^\d{1,3}(\.\d+)?$/.test(text) || value > 100)
    throw new InvalidArgumentError("Expected a percentage from 0 to 100.");
  return value;
}

export function amount(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("Expected an amount of dollars.");
  return Number(text);
}
