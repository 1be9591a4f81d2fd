/**
 * Networks and their state. Read {@link dev.stretto.models.Backbone} (a network: one pass over a
 * {@link dev.stretto.models.Step} under a {@link dev.stretto.models.Mask}), {@link
 * dev.stretto.models.State} (what it remembers), then {@link dev.stretto.models.TokenModel}
 * (log-probabilities over a vocabulary, which the decoders use). {@code layers} has the
 * transformer, {@code language}, {@code speech} and {@code statespace} the models made of it.
 * Nothing here draws a token or reads a clock.
 */
package dev.stretto.models;
