/**
 * Layers in plain tensors and named parameters, and the one transformer made of them: causal or
 * not, conditioned or not, with learned, sinusoidal or rotary positions on one to three axes.
 */
package dev.stretto.models.layers;
