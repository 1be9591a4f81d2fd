/** Error rates and statistics over numbers and matrices, never over models. */
package dev.stretto.metrics;
