/**
 * Language models behind {@link dev.stretto.models.TokenModel}: {@link
 * dev.stretto.models.language.CausalLm} first, then encoder-decoders, n-grams, and checkpoints in
 * the layout of Hugging Face ({@link dev.stretto.models.language.HubModel}). {@link
 * dev.stretto.models.language.ContextModel} is the shortest way to a model of your own.
 */
package dev.stretto.models.language;
