package migopy.settings;

/** How strong a setting is, weakest first: option beats environment, environment beats field. */
enum Level {
    FIELD,
    ENVIRONMENT,
    OPTION
}
