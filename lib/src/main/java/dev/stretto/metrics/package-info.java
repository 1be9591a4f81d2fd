/**
 * Error rates, ranking measures and statistics of samples. They take numbers and texts, never
 * models.
 */
package dev.stretto.metrics;
