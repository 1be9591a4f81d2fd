/**
 * What a batch or a decoding run costs: padding waste, multiply-adds, memory, idle workers, clocks.
 * Profilers see models and samplers; neither sees them.
 */
package dev.stretto.profilers;
