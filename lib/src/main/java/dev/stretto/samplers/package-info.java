/**
 * Which examples form a mini-batch ({@code batching}) and how tokens come out of a model ({@code
 * decoding}). Samplers do not know that they are watched: profilers wrap them from outside.
 */
package dev.stretto.samplers;
