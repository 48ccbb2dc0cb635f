/**
 * What tests are written with: servers, projects, runs, faults. Knows the library by its entry
 * class alone, so that a test that uses only this room is a black-box test.
 */
package support;
