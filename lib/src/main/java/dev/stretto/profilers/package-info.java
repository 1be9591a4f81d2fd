/**
 * What a batch or a decoding run costs: padding waste, work by role, acceptance of drafts, RTFx,
 * memory, idle workers, clocks; and what it should cost: the roofline and the curve of a pass.
 * Profilers see models and samplers; neither sees them.
 */
package dev.stretto.profilers;
