/**
 * Networks and their state: layers, language, speech, visual, generative and state-space models.
 * Nothing here draws a token or reads a clock.
 */
package dev.stretto.models;
