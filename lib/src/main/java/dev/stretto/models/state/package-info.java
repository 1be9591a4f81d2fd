/**
 * What networks remember: keys and values of attention, states of recurrences. A network makes its
 * state; samplers know it as {@link dev.stretto.models.State} or {@link
 * dev.stretto.models.Sliceable} only.
 */
package dev.stretto.models.state;
