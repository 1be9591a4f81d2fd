/**
 * Language models: networks, n-grams and exact tables behind {@link dev.stretto.models.TokenModel}.
 */
package dev.stretto.models.language;
