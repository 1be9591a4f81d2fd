package dev.stretto.samplers.batching;

/**
 * The worst cut that a bin admits: the shape for which its batch size must survive.
 *
 * @param bin the bin's index
 * @param seconds its largest duration
 * @param tokens its largest token count
 */
public record BinShape(int bin, double seconds, int tokens) {}
