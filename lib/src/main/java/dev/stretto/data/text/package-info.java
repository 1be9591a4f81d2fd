/**
 * Text as token ids: tokenizers, text files and the JDK's sources as corpora, generated tasks whose
 * answers a checker can judge, and training windows. Every draw comes from a seed; every tokenizer
 * gives back each Unicode text exactly.
 */
package dev.stretto.data.text;
