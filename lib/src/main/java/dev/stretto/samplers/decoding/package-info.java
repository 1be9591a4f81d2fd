/**
 * How tokens come out of a model. {@link dev.stretto.samplers.serving.DecodeScheduler}: temporal
 * fusion (flover) and its rivals, five policies of one loop; {@link
 * dev.stretto.samplers.serving.SlotEngine}: what the loop knows of a model; {@link
 * dev.stretto.samplers.serving.Clock}: virtual or real time. All public types may be used from
 * outside.
 */
package dev.stretto.samplers.decoding;
