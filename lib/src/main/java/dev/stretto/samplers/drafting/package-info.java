/**
 * Drafters that two papers share or that people use on their own. Read {@link
 * dev.stretto.samplers.drafting.PromptLookup} (the shortest), {@link
 * dev.stretto.samplers.drafting.ModelDrafter} (a smaller model drafts; {@link
 * dev.stretto.samplers.drafting.TreeExpansion} says how its tree grows), {@link
 * dev.stretto.samplers.drafting.AdaptiveDepthDrafter}, {@link
 * dev.stretto.samplers.drafting.RankPathTree} and {@link
 * dev.stretto.samplers.drafting.BestFirstTree}. The loop and the verifiers are in {@link
 * dev.stretto.samplers.decoding}.
 */
package dev.stretto.samplers.drafting;
