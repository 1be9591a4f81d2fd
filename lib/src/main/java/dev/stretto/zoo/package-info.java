/**
 * Recipes of trained models that two papers or judges share, one file a family. Start at {@link
 * dev.stretto.zoo.SpeculationModels}; {@link dev.stretto.zoo.SpeculationFamily} is what all
 * sections of the notebook on speculative decoding stand on. A model of one paper has its recipe in
 * the paper's own package.
 */
package dev.stretto.zoo;
