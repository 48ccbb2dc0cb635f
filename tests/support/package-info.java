/**
 * The language of the tests: servers, projects, runs, faults. Imports only the library's entry class, so that a test
 * which uses only this package is a black-box test.
 */
package support;
