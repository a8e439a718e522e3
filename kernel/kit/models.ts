// The service by which the models of all providers are found and listed: for whoever lets a person choose one. Asks no model anything.
import { defineService, type Model, type ServiceToken } from "claw";

/** What one provider has. The ids of its models are names that lead to it. Not `ready`: `problem` says why, and `hint` what to do. */
export interface Offer {
  readonly provider: string;
  readonly ready: boolean;
  readonly models: readonly Model[];
  readonly problem?: string;
  readonly hint?: string;
}
/** Finds and lists models. */
export interface Catalogue {
  /** Every provider's, the usual ones first. Never rejects for what is wrong with one of them. */
  offers(): Promise<readonly Offer[]>;
  /** The model that a name means, under the name by which it is found again. Throws as `Provider.resolve` does. */
  find(name: string): Promise<{ readonly provider: string; readonly model: Model }>;
  /** Short names, and what they stand for. */
  aliases(): Promise<Readonly<Record<string, string>>>;
}
/** The service of `provider/auto`. */
export const Models: ServiceToken<Catalogue> = defineService("claw.models@1");
