/**
 * Recurrences that are linear in their state, so that many positions, and trees of them, are
 * computed at once. They stand behind {@link dev.stretto.models.Backbone} like any network.
 */
package dev.stretto.models.statespace;
